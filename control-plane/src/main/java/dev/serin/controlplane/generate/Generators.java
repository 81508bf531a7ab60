package dev.serin.controlplane.generate;

import dev.serin.controlplane.generate.cluster.Clusters;
import dev.serin.controlplane.generate.endpoint.Endpoints;
import dev.serin.controlplane.generate.listener.Listeners;
import dev.serin.controlplane.generate.route.Routes;
import dev.serin.controlplane.generate.secret.SecretGenerator;
import dev.serin.controlplane.mesh.MeshSnapshot;
import dev.serin.controlplane.mesh.ProxyScope;
import dev.serin.xds.ResourceType;
import dev.serin.xds.XdsResource;
import dev.serin.xds.server.DiscoverySource;

import org.jspecify.annotations.Nullable;

import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// All generators of one control plane, with what they have built. Safe for any thread.
public final class Generators {
    private final Clusters clusters = new Clusters();
    private final Endpoints endpoints = new Endpoints();
    private final Listeners listeners = new Listeners();
    private final Routes routes = new Routes();

    /// All that `scope` should know of `mesh`, made when asked for. The answer belongs to one
    /// stream: one thread at a time.
    ///
    /// @param proved the namespace that the caller has proved to be of: that of the Secrets it may
    ///   have; empty for none
    public DiscoverySource.Resources resources(MeshSnapshot mesh, ProxyScope scope, String proved) {
        return new View(mesh, scope, proved);
    }

    private final class View implements DiscoverySource.Resources {
        private final MeshSnapshot mesh;
        private final ProxyScope scope;
        private final String proved;
        private final Map<ResourceType, List<XdsResource>> made = new EnumMap<>(ResourceType.class);
        private final Map<ResourceType, Map<String, XdsResource>> byName =
                new EnumMap<>(ResourceType.class);

        View(MeshSnapshot mesh, ProxyScope scope, String proved) {
            this.mesh = mesh;
            this.scope = scope;
            this.proved = proved;
        }

        @Override
        public String revision() {
            return Long.toString(mesh.revision());
        }

        @Override
        public List<XdsResource> all(ResourceType type) {
            return made.computeIfAbsent(
                    type,
                    t ->
                            switch (t) {
                                case CLUSTER -> clusters.all(mesh, scope);
                                case LISTENER -> listeners.all(mesh, scope);
                                // These are asked for by name only.
                                case ENDPOINT, ROUTE, SECRET, EXTENSION_CONFIG -> List.of();
                            });
        }

        @Override
        public @Nullable XdsResource find(ResourceType type, String name) {
            return switch (type) {
                case ENDPOINT -> endpoints.find(mesh, scope, name);
                case ROUTE -> routes.find(mesh, scope, name);
                case CLUSTER, LISTENER -> byName.computeIfAbsent(type, this::index).get(name);
                case SECRET -> SecretGenerator.find(mesh, scope, proved, name);
                case EXTENSION_CONFIG -> null;
            };
        }

        private Map<String, XdsResource> index(ResourceType type) {
            var index = new HashMap<String, XdsResource>();
            all(type).forEach(r -> index.put(r.name(), r));
            return index;
        }
    }
}
