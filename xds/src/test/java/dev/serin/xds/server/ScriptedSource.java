package dev.serin.xds.server;

import com.google.protobuf.StringValue;

import dev.serin.xds.ResourceType;
import dev.serin.xds.XdsResource;

import io.envoyproxy.envoy.config.core.v3.Node;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;

/// Resources that a test sets; every proxy sees the same.
final class ScriptedSource implements DiscoverySource {
    private final AtomicLong revision = new AtomicLong(1);
    private volatile Map<String, XdsResource> all = Map.of();

    /// `CDS/name` to any content; null removes.
    synchronized void set(String typeAndName, @Nullable String content) {
        var slash = typeAndName.indexOf('/');
        var next = new TreeMap<>(all);
        if (content == null) {
            next.remove(typeAndName);
        } else {
            next.put(
                    typeAndName,
                    XdsResource.of(
                            type(typeAndName.substring(0, slash)),
                            typeAndName.substring(slash + 1),
                            StringValue.of(content)));
        }
        all = next;
        revision.incrementAndGet();
    }

    static ResourceType type(String abbreviation) {
        for (var type : ResourceType.values()) {
            if (type.abbreviation().equals(abbreviation)) {
                return type;
            }
        }
        throw new AssertionError(abbreviation);
    }

    @Override
    public Client open(Node node, Caller caller) {
        return new Client() {
            @Override
            public Resources newest() {
                return new Frozen(all, Long.toString(revision.get()));
            }

            @Override
            public void close() {}
        };
    }

    private record Frozen(Map<String, XdsResource> all, String revision) implements Resources {
        @Override
        public List<XdsResource> all(ResourceType type) {
            return all.values().stream().filter(r -> r.type() == type).toList();
        }

        @Override
        public @Nullable XdsResource find(ResourceType type, String name) {
            return all.get(type.abbreviation() + "/" + name);
        }
    }
}
