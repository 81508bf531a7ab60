package dev.serin.controlplane.mesh;

import dev.serin.config.istio.Gateway;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// The servers that Gateways ask of one gateway proxy. Pure functions.
public final class GatewayServers {
    private GatewayServers() {}

    /// The servers of every Gateway whose selector the proxy's labels answer, oldest Gateway first.
    /// The proxy listens on the port of its pod that the gateway's Service sends the server's port
    /// to; without such a Service on the server's own.
    public static List<Bound> of(MeshSnapshot mesh, ProxyScope scope) {
        var labels = scope.workload().labels();
        var served = mesh.served(scope);
        var bound = new ArrayList<Bound>();
        for (var gateway : mesh.gateways()) {
            if (!labels.entrySet().containsAll(gateway.selector().entrySet())) {
                continue;
            }
            var metadata = gateway.metadata();
            for (var server : gateway.servers()) {
                var number = server.port().number();
                var target =
                        served.stream()
                                .filter(s -> s.port().number() == number)
                                .mapToInt(MeshSnapshot.Served::target)
                                .findFirst()
                                .orElse(number);
                bound.add(
                        new Bound(
                                metadata.namespace() + "/" + metadata.name(),
                                metadata.namespace(),
                                server,
                                target));
            }
        }
        return bound;
    }

    /// One server on one proxy.
    ///
    /// @param gateway `namespace/name`
    /// @param target the pod's port
    public record Bound(String gateway, String namespace, Gateway.Server server, int target) {
        public int number() {
            return server.port().number();
        }

        /// Whether it speaks HTTP without TLS.
        public boolean isHttp() {
            return switch (server.port().protocol().toUpperCase(Locale.ROOT)) {
                case "HTTP", "HTTP2", "GRPC", "GRPC-WEB" -> true;
                default -> false;
            };
        }

        /// Whether it passes plain connections on.
        public boolean isTcp() {
            return switch (server.port().protocol().toUpperCase(Locale.ROOT)) {
                case "TCP", "MONGO", "MYSQL", "REDIS" -> true;
                default -> false;
            };
        }

        /// Whether plain HTTP is answered with a redirect to HTTPS.
        public boolean redirects() {
            var tls = server.tls();
            return tls != null && tls.httpsRedirect();
        }
    }
}
