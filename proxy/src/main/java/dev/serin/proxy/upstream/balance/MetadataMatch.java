package dev.serin.proxy.upstream.balance;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;

import java.util.Map;
import java.util.TreeMap;

/// What an endpoint's metadata under `envoy.lb` must hold. Immutable; its hash is computed once,
/// since every pick looks it up.
public final class MetadataMatch {
    /// The namespace of endpoint and route metadata that counts.
    public static final String NAMESPACE = "envoy.lb";

    public static final MetadataMatch NONE = new MetadataMatch(Map.of());

    private final Map<String, Value> wanted;
    private final int hash;

    private MetadataMatch(Map<String, Value> wanted) {
        this.wanted = wanted;
        this.hash = wanted.hashCode();
    }

    /// Of these keys and values.
    public static MetadataMatch of(Map<String, Value> wanted) {
        return wanted.isEmpty() ? NONE : new MetadataMatch(new TreeMap<>(wanted));
    }

    /// Of a `metadata_match`: its fields under `envoy.lb`.
    public static MetadataMatch of(Struct lb) {
        return of(lb.getFieldsMap());
    }

    /// This with `other`'s keys, which win: as a weighted cluster's match over its route's.
    public MetadataMatch with(MetadataMatch other) {
        if (other.wanted.isEmpty() || wanted.isEmpty()) {
            return wanted.isEmpty() ? other : this;
        }
        var both = new TreeMap<>(wanted);
        both.putAll(other.wanted);
        return new MetadataMatch(both);
    }

    /// Sorted by key; not to be changed.
    public Map<String, Value> wanted() {
        return wanted;
    }

    public boolean isEmpty() {
        return wanted.isEmpty();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof MetadataMatch match
                && hash == match.hash
                && wanted.equals(match.wanted);
    }

    @Override
    public int hashCode() {
        return hash;
    }

    @Override
    public String toString() {
        return wanted.toString();
    }
}
