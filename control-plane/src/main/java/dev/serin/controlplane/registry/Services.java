package dev.serin.controlplane.registry;

import dev.serin.config.ResourceKey;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// All services of the mesh, oldest first; immutable. The same instance stands for the same
/// services, so that what is made of it can be kept.
///
/// Several may have one host name: each namespace sees one of them, its own before others', one of
/// Kubernetes before a ServiceEntry, an older one before a newer.
public final class Services {
    private final List<MeshService> ordered;
    private final Map<String, MeshService> byHost = new HashMap<>();
    private final Map<String, List<MeshService>> byNamespace = new HashMap<>();
    private final Map<ResourceKey, List<MeshService>> bySource = new HashMap<>();
    private final Map<String, Seen> seen = new ConcurrentHashMap<>();

    public Services(Collection<MeshService> all) {
        ordered =
                all.stream()
                        .sorted(
                                Comparator.comparing(MeshService::isEntry)
                                        .thenComparing(MeshService::created)
                                        .thenComparing(MeshService::namespace)
                                        .thenComparing(MeshService::name)
                                        .thenComparing(MeshService::hostname))
                        .toList();
        for (var service : ordered) {
            byHost.putIfAbsent(service.hostname(), service);
            byNamespace.computeIfAbsent(service.namespace(), _ -> new ArrayList<>()).add(service);
            bySource.computeIfAbsent(service.source(), _ -> new ArrayList<>()).add(service);
        }
    }

    public List<MeshService> all() {
        return ordered;
    }

    /// The first of that host name, whoever sees it.
    public @Nullable MeshService find(String hostname) {
        return byHost.get(hostname);
    }

    public List<MeshService> in(String namespace) {
        return byNamespace.getOrDefault(namespace, List.of());
    }

    /// The services of one resource.
    public List<MeshService> of(ResourceKey source) {
        return bySource.getOrDefault(source, List.of());
    }

    /// What callers in a namespace see; made when first asked for.
    public Seen seenFrom(String namespace) {
        return seen.computeIfAbsent(namespace, this::see);
    }

    private Seen see(String namespace) {
        var hosts = new LinkedHashMap<String, MeshService>();
        for (var service : ordered) {
            if (service.isSeenFrom(namespace)) {
                hosts.merge(
                        service.hostname(),
                        service,
                        (first, other) -> {
                            var own = other.namespace().equals(namespace);
                            return own && !first.namespace().equals(namespace) ? other : first;
                        });
            }
        }
        return new Seen(List.copyOf(hosts.values()), hosts);
    }

    /// @param byHost by host name
    public record Seen(List<MeshService> services, Map<String, MeshService> byHost) {}
}
