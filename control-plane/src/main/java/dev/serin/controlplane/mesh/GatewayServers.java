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

        /// The rules in force that are bound to it and whose hosts it serves, oldest first.
        public List<RouteRules.InForce> rules(MeshSnapshot mesh, ProxyScope scope) {
            return mesh.routes().gateway(gateway).stream()
                    .filter(r -> r.seenFrom(scope.namespace()) && !hosts(r).isEmpty())
                    .toList();
        }

        /// The hosts that both the server and the rules name, the narrower of two each.
        public List<String> hosts(RouteRules.InForce rules) {
            var hosts = new ArrayList<String>();
            for (var written : server.hosts()) {
                var slash = written.indexOf('/');
                var from = slash < 0 ? "*" : written.substring(0, slash);
                var seen =
                        from.equals("*")
                                || from.equals(rules.namespace())
                                || (from.equals(".") && namespace.equals(rules.namespace()));
                if (!seen) {
                    continue;
                }
                for (var host : rules.hosts()) {
                    var both = Hosts.both(written.substring(slash + 1), host);
                    if (!both.isEmpty() && !hosts.contains(both)) {
                        hosts.add(both);
                    }
                }
            }
            return hosts;
        }

        /// The names of its hosts, without namespaces.
        public List<String> names() {
            return server.hosts().stream()
                    .map(h -> h.substring(h.indexOf('/') + 1))
                    .distinct()
                    .toList();
        }

        /// Whether there is TLS on the port.
        public boolean isTls() {
            return switch (server.port().protocol().toUpperCase(Locale.ROOT)) {
                case "HTTPS", "TLS" -> server.tls() != null;
                default -> false;
            };
        }

        /// Whether what is inside of its TLS is HTTP that it looks at.
        public boolean opensHttp() {
            return isTls() && opens() && server.port().protocol().equalsIgnoreCase("HTTPS");
        }

        /// Whether it decrypts.
        public boolean opens() {
            var tls = server.tls();
            return tls != null
                    && tls.mode() != Gateway.TlsMode.PASSTHROUGH
                    && tls.mode() != Gateway.TlsMode.AUTO_PASSTHROUGH;
        }

        /// Name of the route configuration of HTTP inside of TLS, as Istio has it.
        public String securedRoutes() {
            var slash = gateway.indexOf('/');
            return "https."
                    + number()
                    + "."
                    + server.port().name()
                    + "."
                    + gateway.substring(slash + 1)
                    + "."
                    + namespace;
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
