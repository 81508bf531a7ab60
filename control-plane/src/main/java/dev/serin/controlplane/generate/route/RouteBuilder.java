package dev.serin.controlplane.generate.route;

import com.google.protobuf.Duration;

import dev.serin.config.istio.HeaderOperations;
import dev.serin.controlplane.generate.Protos;
import dev.serin.controlplane.mesh.Names;
import dev.serin.xds.ResourceType;
import dev.serin.xds.XdsResource;

import io.envoyproxy.envoy.config.core.v3.HeaderValue;
import io.envoyproxy.envoy.config.core.v3.HeaderValueOption;
import io.envoyproxy.envoy.config.route.v3.Decorator;
import io.envoyproxy.envoy.config.route.v3.DirectResponseAction;
import io.envoyproxy.envoy.config.route.v3.Route;
import io.envoyproxy.envoy.config.route.v3.RouteAction;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.config.route.v3.RouteMatch;
import io.envoyproxy.envoy.config.route.v3.VirtualHost;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// Builds a route configuration of its plan.
public final class RouteBuilder {
    private RouteBuilder() {}

    static XdsResource build(RoutePlan plan) {
        var routes =
                RouteConfiguration.newBuilder()
                        .setName(plan.name())
                        .setValidateClusters(Protos.no());
        if (plan.ignorePort()) {
            routes.setIgnorePortInHostMatching(true);
        }
        for (var host : plan.hosts()) {
            var virtual =
                    VirtualHost.newBuilder()
                            .setName(host.name())
                            .addAllDomains(host.domains())
                            .setIncludeRequestAttemptCount(true);
            if (host.httpsOnly()) {
                virtual.setRequireTls(VirtualHost.TlsRequirementType.ALL);
            }
            host.rules().forEach(rule -> virtual.addRoutes(route(rule)));
            routes.addVirtualHosts(virtual);
        }
        switch (plan.otherwise()) {
            case PASS -> routes.addVirtualHosts(passUnknown());
            case BLOCK -> routes.addVirtualHosts(blockUnknown());
            case UNKNOWN -> {}
        }
        return XdsResource.of(ResourceType.ROUTE, plan.name(), routes.build());
    }

    /// The one way in of an inbound listener: to the application's own port.
    ///
    /// @param operation its name in traces
    public static RouteConfiguration inbound(String cluster, int port, String operation) {
        var route =
                Route.newBuilder()
                        .setName("default")
                        .setMatch(RouteMatch.newBuilder().setPrefix("/"))
                        .setDecorator(Decorator.newBuilder().setOperation(operation))
                        .setRoute(
                                RouteAction.newBuilder()
                                        .setCluster(cluster)
                                        .setTimeout(Duration.getDefaultInstance()));
        return RouteConfiguration.newBuilder()
                .setName(cluster)
                .setValidateClusters(Protos.no())
                .addVirtualHosts(
                        VirtualHost.newBuilder()
                                .setName("inbound|http|" + port)
                                .addDomains("*")
                                .addRoutes(route))
                .build();
    }

    private static VirtualHost passUnknown() {
        return VirtualHost.newBuilder()
                .setName("allow_any")
                .addDomains("*")
                .setIncludeRequestAttemptCount(true)
                .addRoutes(
                        Route.newBuilder()
                                .setName("allow_any")
                                .setMatch(RouteMatch.newBuilder().setPrefix("/"))
                                .setRoute(
                                        RouteAction.newBuilder()
                                                .setCluster(Names.PASSTHROUGH)
                                                .setTimeout(Duration.getDefaultInstance())))
                .build();
    }

    private static VirtualHost blockUnknown() {
        return VirtualHost.newBuilder()
                .setName("block_all")
                .addDomains("*")
                .setIncludeRequestAttemptCount(true)
                .addRoutes(
                        Route.newBuilder()
                                .setName("block_all")
                                .setMatch(RouteMatch.newBuilder().setPrefix("/"))
                                .setDirectResponse(
                                        DirectResponseAction.newBuilder().setStatus(502)))
                .build();
    }

    private static Route route(RoutePlan.Rule rule) {
        var route =
                Route.newBuilder()
                        .setName(rule.name())
                        .setMatch(Matches.build(rule.match()))
                        .setDecorator(Decorator.newBuilder().setOperation(rule.operation()));
        if (rule.match() != null) {
            route.setStatPrefix(rule.match().statPrefix());
        }
        var source = rule.source();
        if (source != null) {
            route.setMetadata(
                    Protos.istio(
                            Map.of(
                                    "config",
                                    Protos.text(
                                            "/apis/networking.istio.io/v1/namespaces/"
                                                    + source.namespace()
                                                    + "/virtual-service/"
                                                    + source.name()))));
        }
        Actions.apply(rule, route);
        if (rule.route() != null) {
            headers(rule.route().headers(), route);
            RouteFilters.apply(rule.route(), route);
        }
        return route.build();
    }

    static void headers(HeaderOperations operations, Route.Builder route) {
        route.addAllRequestHeadersToAdd(added(operations.request()))
                .addAllRequestHeadersToRemove(operations.request().remove())
                .addAllResponseHeadersToAdd(added(operations.response()))
                .addAllResponseHeadersToRemove(operations.response().remove());
    }

    /// What is set replaces, what is added is appended. The Host header is not one of these: see
    /// [#host].
    static List<HeaderValueOption> added(HeaderOperations.Change change) {
        var options = new ArrayList<HeaderValueOption>();
        change.set()
                .forEach((name, value) -> {
                    if (!isHost(name)) {
                        options.add(
                                option(
                                        name,
                                        value,
                                        HeaderValueOption.HeaderAppendAction
                                                .OVERWRITE_IF_EXISTS_OR_ADD));
                    }
                });
        change.add()
                .forEach((name, value) ->
                        options.add(
                                option(
                                        name,
                                        value,
                                        HeaderValueOption.HeaderAppendAction
                                                .APPEND_IF_EXISTS_OR_ADD)));
        return options;
    }

    /// The Host header that the operations set, empty if none.
    static String host(HeaderOperations.Change change) {
        return change.set().entrySet().stream()
                .filter(e -> isHost(e.getKey()))
                .map(Map.Entry::getValue)
                .findFirst()
                .orElse("");
    }

    private static boolean isHost(String name) {
        var lower = name.toLowerCase(Locale.ROOT);
        return lower.equals("host") || lower.equals(":authority");
    }

    private static HeaderValueOption option(
            String name, String value, HeaderValueOption.HeaderAppendAction action) {
        return HeaderValueOption.newBuilder()
                .setHeader(HeaderValue.newBuilder().setKey(name).setValue(value))
                .setAppendAction(action)
                .build();
    }
}
