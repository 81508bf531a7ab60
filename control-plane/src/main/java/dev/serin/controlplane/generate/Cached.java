package dev.serin.controlplane.generate;

import dev.serin.xds.XdsResource;

import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/// Resources by the key they were built from, so that proxies of equal scope share bytes. Bounded:
/// what was not asked for since as many others were built is forgotten. Safe for any thread.
public final class Cached<K> {
    private final Function<K, XdsResource> build;
    private final int bound;
    private volatile ConcurrentHashMap<K, XdsResource> young = new ConcurrentHashMap<>();
    private volatile ConcurrentHashMap<K, XdsResource> old = new ConcurrentHashMap<>();

    /// @param build depends on nothing but the key
    public Cached(int bound, Function<K, XdsResource> build) {
        this.bound = bound;
        this.build = build;
    }

    public XdsResource get(K key) {
        var known = young.get(key);
        if (known != null) {
            return known;
        }
        var former = old.get(key);
        var resource = former == null ? build.apply(key) : former;
        if (young.size() >= bound) {
            old = young;
            young = new ConcurrentHashMap<>();
        }
        young.put(key, resource);
        return resource;
    }

    public int size() {
        return young.size() + old.size();
    }
}
