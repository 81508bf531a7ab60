package dev.serin.controlplane.registry;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// All services of the mesh, oldest first; immutable. The same instance stands for the same
/// services, so that what is made of it can be kept.
public final class Services {
    private final List<MeshService> ordered;
    private final Map<String, MeshService> byHost = new HashMap<>();
    private final Map<String, List<MeshService>> byNamespace = new HashMap<>();

    public Services(Collection<MeshService> all) {
        ordered =
                all.stream()
                        .sorted(
                                Comparator.comparing(MeshService::created)
                                        .thenComparing(MeshService::namespace)
                                        .thenComparing(MeshService::name))
                        .toList();
        for (var service : ordered) {
            byHost.put(service.hostname(), service);
            byNamespace.computeIfAbsent(service.namespace(), _ -> new ArrayList<>()).add(service);
        }
    }

    public List<MeshService> all() {
        return ordered;
    }

    public @Nullable MeshService find(String hostname) {
        return byHost.get(hostname);
    }

    public List<MeshService> in(String namespace) {
        return byNamespace.getOrDefault(namespace, List.of());
    }
}
