package dev.serin.controlplane.push;

import dev.serin.base.Problem;
import dev.serin.base.ProblemException;
import dev.serin.base.flow.Latest;
import dev.serin.config.ResourceKey;
import dev.serin.controlplane.generate.Generators;
import dev.serin.controlplane.mesh.MeshSnapshot;
import dev.serin.controlplane.mesh.ProxyScope;
import dev.serin.xds.server.Caller;
import dev.serin.xds.server.DiscoverySource;

import io.envoyproxy.envoy.config.core.v3.Node;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// Gives each connected proxy its view of the newest snapshot. Safe for any thread.
public final class Discovery implements DiscoverySource {
    private final Latest<MeshSnapshot> newest;
    private final Generators generators;
    private final Map<ResourceKey, Integer> connected = new ConcurrentHashMap<>();

    public Discovery(Latest<MeshSnapshot> newest, Generators generators) {
        this.newest = newest;
        this.generators = generators;
    }

    /// Whether the proxy of this pod has a stream.
    public boolean isConnected(ResourceKey pod) {
        return connected.containsKey(pod);
    }

    /// What a proxy with this node would be told now: for debug pages and explanations.
    public Resources resources(Node node) {
        return generators.resources(newest.get(), ProxyScope.of(node));
    }

    @Override
    public Client open(Node node, Caller caller) {
        var scope = ProxyScope.of(node);
        var namespace = scope.id().namespace();
        if (!caller.namespace().isEmpty() && !caller.namespace().equals(namespace)) {
            throw new ProblemException(
                    new Problem(
                            "node " + scope.id(),
                            "namespace " + namespace,
                            "namespace " + caller.namespace() + ", that of the caller's token",
                            "start the proxy with the service account of its own pod"));
        }
        var pod = new ResourceKey("pods", namespace, scope.id().pod());
        connected.merge(pod, 1, Integer::sum);
        return new Client() {
            @Override
            public Resources newest() {
                return generators.resources(newest.get(), scope);
            }

            @Override
            public void close() {
                connected.computeIfPresent(pod, (_, streams) -> streams > 1 ? streams - 1 : null);
            }
        };
    }
}
