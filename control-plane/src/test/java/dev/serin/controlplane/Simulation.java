package dev.serin.controlplane;

import com.google.re2j.Pattern;

import dev.serin.base.net.Cidr;
import dev.serin.xds.ResourceType;
import dev.serin.xds.server.DiscoverySource;

import io.envoyproxy.envoy.config.core.v3.CidrRange;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.config.listener.v3.Filter;
import io.envoyproxy.envoy.config.listener.v3.FilterChain;
import io.envoyproxy.envoy.config.listener.v3.FilterChainMatch;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.config.route.v3.HeaderMatcher;
import io.envoyproxy.envoy.config.route.v3.Route;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.config.route.v3.VirtualHost;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import io.envoyproxy.envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy;
import io.envoyproxy.envoy.type.matcher.v3.StringMatcher;

import org.jspecify.annotations.Nullable;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/// Says where a request goes in generated configuration, by Envoy's rules, without sending it. For
/// tests that ask for outcomes and not for fields.
public final class Simulation {
    private final DiscoverySource.Resources view;

    public Simulation(DiscoverySource.Resources view) {
        this.view = view;
    }

    /// A request as it is captured.
    ///
    /// @param address where the connection was going
    /// @param host empty for plain TCP
    /// @param sni server name of a TLS hello, empty without TLS
    public record Call(
            String address,
            int port,
            String host,
            String path,
            Map<String, String> headers,
            String sni) {
        public static Call http(String address, int port, String host) {
            return new Call(address, port, host, "/", Map.of(), "");
        }

        public static Call tcp(String address, int port) {
            return new Call(address, port, "", "", Map.of(), "");
        }

        /// The same inside of TLS.
        public Call tls(String name) {
            return new Call(address, port, host, path, headers, name);
        }

        public Call header(String name, String value) {
            var all = new HashMap<>(headers);
            all.put(name, value);
            return new Call(address, port, host, path, all, sni);
        }

        public Call path(String other) {
            return new Call(address, port, host, other, headers, sni);
        }
    }

    /// Where it went.
    ///
    /// @param clusters by name their share
    /// @param status of an answer that the proxy gives itself, 0 if it forwards
    public record Result(
            String listener, String host, String route, Map<String, Integer> clusters, int status) {
        /// The connection is closed.
        static final Result NO_CHAIN = new Result("", "", "", Map.of(), 0);

        static final Result NO_ROUTE = new Result("", "", "", Map.of(), 404);
    }

    /// Out of the pod of a sidecar, or into a gateway.
    public Result outbound(Call call) {
        var listener = listener(call, "virtualOutbound");
        var chain = chain(listener, call, !call.host().isEmpty());
        return chain == null ? Result.NO_CHAIN : through(listener.getName(), chain, call);
    }

    /// The addresses behind a cluster, by priority.
    public Map<Integer, List<String>> endpoints(String cluster) {
        var resource = view.find(ResourceType.ENDPOINT, cluster);
        var byPriority = new TreeMap<Integer, List<String>>();
        if (resource != null) {
            for (var place :
                    Views.unpack(resource, ClusterLoadAssignment.class).getEndpointsList()) {
                var there = byPriority.computeIfAbsent(place.getPriority(), _ -> new ArrayList<>());
                for (var endpoint : place.getLbEndpointsList()) {
                    var address = endpoint.getEndpoint().getAddress().getSocketAddress();
                    there.add(address.getAddress());
                }
            }
        }
        return byPriority;
    }

    /// Into the pod of a sidecar.
    public Result inbound(Call call) {
        var listener = get("virtualInbound");
        var chain = chain(Objects.requireNonNull(listener), call, !call.host().isEmpty());
        return through(listener.getName(), Objects.requireNonNull(chain), call);
    }

    private Result through(String listener, FilterChain chain, Call call) {
        Filter last = chain.getFiltersList().getLast();
        if (last.getTypedConfig().is(TcpProxy.class)) {
            var tcp = Views.unpack(last.getTypedConfig(), TcpProxy.class);
            var clusters = new LinkedHashMap<String, Integer>();
            if (tcp.hasWeightedClusters()) {
                tcp.getWeightedClusters()
                        .getClustersList()
                        .forEach(c -> clusters.put(c.getName(), c.getWeight()));
            } else {
                clusters.put(tcp.getCluster(), 1);
            }
            return new Result(listener, "", "", clusters, 0);
        }
        var manager = Views.unpack(last.getTypedConfig(), HttpConnectionManager.class);
        var routes =
                manager.hasRds()
                        ? Views.unpack(
                                view.find(
                                        ResourceType.ROUTE, manager.getRds().getRouteConfigName()),
                                RouteConfiguration.class)
                        : manager.getRouteConfig();
        return routed(listener, routes, call);
    }

    private static Result routed(String listener, RouteConfiguration routes, Call call) {
        var host = host(routes, call.host());
        if (host == null) {
            return Result.NO_ROUTE;
        }
        for (var route : host.getRoutesList()) {
            if (matches(route, call)) {
                var clusters = new LinkedHashMap<String, Integer>();
                if (route.getRoute().hasWeightedClusters()) {
                    route.getRoute()
                            .getWeightedClusters()
                            .getClustersList()
                            .forEach(c -> clusters.put(c.getName(), c.getWeight().getValue()));
                } else if (route.hasRoute()) {
                    clusters.put(route.getRoute().getCluster(), 1);
                }
                var status =
                        route.hasDirectResponse()
                                ? route.getDirectResponse().getStatus()
                                : route.hasRedirect() ? 301 : 0;
                return new Result(listener, host.getName(), route.getName(), clusters, status);
            }
        }
        return Result.NO_ROUTE;
    }

    private static @Nullable VirtualHost host(RouteConfiguration routes, String asked) {
        VirtualHost best = null;
        var rank = 0;
        for (var host : routes.getVirtualHostsList()) {
            for (var domain : host.getDomainsList()) {
                var now = rank(domain, asked);
                if (now > rank) {
                    rank = now;
                    best = host;
                }
            }
        }
        return best;
    }

    /// Exact before `*.suffix` before `prefix.*` before `*`, the longest of a kind first.
    private static int rank(String domain, String asked) {
        if (domain.equals(asked)) {
            return 4_000;
        }
        if (domain.equals("*")) {
            return 1;
        }
        if (domain.startsWith("*") && asked.endsWith(domain.substring(1))) {
            return 2_000 + domain.length();
        }
        return domain.endsWith("*") && asked.startsWith(domain.substring(0, domain.length() - 1))
                ? 1_000 + domain.length()
                : 0;
    }

    private static boolean matches(Route route, Call call) {
        var match = route.getMatch();
        var path =
                switch (match.getPathSpecifierCase()) {
                    case PREFIX -> call.path().startsWith(match.getPrefix());
                    case PATH -> call.path().equals(match.getPath());
                    case SAFE_REGEX ->
                            Pattern.matches(match.getSafeRegex().getRegex(), call.path());
                    default -> throw new AssertionError(match);
                };
        return path && match.getHeadersList().stream().allMatch(h -> matches(h, call));
    }

    private static boolean matches(HeaderMatcher header, Call call) {
        var value =
                switch (header.getName()) {
                    case ":authority" -> call.host();
                    case ":method" -> "GET";
                    case ":scheme" -> "http";
                    default -> call.headers().get(header.getName());
                };
        if (value == null && header.getTreatMissingHeaderAsEmpty()) {
            value = "";
        }
        var found =
                header.hasPresentMatch()
                        ? value != null
                        : value != null && matches(header.getStringMatch(), value);
        return found != header.getInvertMatch();
    }

    private static boolean matches(StringMatcher matcher, String value) {
        return switch (matcher.getMatchPatternCase()) {
            case EXACT -> value.equals(matcher.getExact());
            case PREFIX -> value.startsWith(matcher.getPrefix());
            case SAFE_REGEX -> Pattern.matches(matcher.getSafeRegex().getRegex(), value);
            default -> throw new AssertionError(matcher);
        };
    }

    private Listener listener(Call call, String otherwise) {
        for (var name :
                new String[] {
                    call.address() + "_" + call.port(), "0.0.0.0_" + call.port(), otherwise
                }) {
            var found = get(name);
            if (found != null) {
                return found;
            }
        }
        throw new AssertionError("no listener for " + call);
    }

    private @Nullable Listener get(String name) {
        var resource = view.find(ResourceType.LISTENER, name);
        return resource == null ? null : Views.unpack(resource, Listener.class);
    }

    /// By port, then subnet of the destination, then server name, then protocol, as Envoy.
    private static @Nullable FilterChain chain(Listener listener, Call call, boolean http) {
        FilterChain best = null;
        var rank = -1;
        for (var chain : listener.getFilterChainsList()) {
            var now = rank(chain.getFilterChainMatch(), call, http);
            if (now > rank) {
                rank = now;
                best = chain;
            }
        }
        return best == null && listener.hasDefaultFilterChain()
                ? listener.getDefaultFilterChain()
                : best;
    }

    /// Below 0 where it does not hold.
    private static int rank(FilterChainMatch match, Call call, boolean http) {
        var tls = !call.sni().isEmpty();
        var port = match.hasDestinationPort();
        var protocol = match.getApplicationProtocolsCount() > 0;
        var names = match.getServerNamesList();
        var subnets = match.getPrefixRangesList();
        var name = names.stream().mapToInt(n -> tls ? rank(n, call.sni()) : 0).max().orElse(0);
        var holds =
                (!port || match.getDestinationPort().getValue() == call.port())
                        && (!protocol || (http && !tls))
                        && (names.isEmpty() || name > 0)
                        && (match.getTransportProtocol().isEmpty() || tls)
                        && (subnets.isEmpty()
                                || subnets.stream().anyMatch(s -> holds(s, call.address())));
        if (!holds) {
            return -1;
        }
        return (port ? 100_000 : 0)
                + (subnets.isEmpty() ? 0 : 50_000)
                + name * 10
                + (protocol ? 1 : 0);
    }

    private static boolean holds(CidrRange subnet, String address) {
        return Cidr.of(
                        InetAddress.ofLiteral(subnet.getAddressPrefix()),
                        subnet.getPrefixLen().getValue())
                .holds(InetAddress.ofLiteral(address));
    }
}
