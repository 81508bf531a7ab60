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

import org.jspecify.annotations.Nullable;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// Gives each connected proxy its view of the newest snapshot. Safe for any thread.
public final class Discovery implements DiscoverySource {
    private final Latest<MeshSnapshot> newest;
    private final Generators generators;
    private final Map<ResourceKey, Proxy> connected = new ConcurrentHashMap<>();

    public Discovery(Latest<MeshSnapshot> newest, Generators generators) {
        this.newest = newest;
        this.generators = generators;
    }

    /// Whether the proxy of this pod has a stream.
    public boolean isConnected(ResourceKey pod) {
        return connected.containsKey(pod);
    }

    /// What a connected proxy is told now, null if there is none in that pod.
    ///
    /// @param pod `name.namespace`
    public @Nullable Resources resources(String pod) {
        var dot = pod.lastIndexOf('.');
        var proxy =
                connected.get(
                        new ResourceKey(
                                "pods",
                                pod.substring(dot + 1),
                                pod.substring(0, Math.max(dot, 0))));
        // For people to look at: without keys.
        return proxy == null ? null : generators.resources(newest.get(), proxy.scope, "");
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
        connected.merge(pod, new Proxy(scope, 1), (old, now) -> new Proxy(scope, old.streams + 1));
        return new Client() {
            @Override
            public Resources newest() {
                return generators.resources(newest.get(), scope, caller.namespace());
            }

            @Override
            public void close() {
                connected.computeIfPresent(
                        pod,
                        (_, proxy) ->
                                proxy.streams > 1
                                        ? new Proxy(proxy.scope, proxy.streams - 1)
                                        : null);
            }
        };
    }

    private record Proxy(ProxyScope scope, int streams) {}
}
