package dev.serin.controlplane.generate.listener;

import com.github.udpa.udpa.type.v1.TypedStruct;
import com.google.protobuf.Duration;
import com.google.protobuf.ListValue;
import com.google.protobuf.Message;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;

import dev.serin.controlplane.generate.Protos;
import dev.serin.controlplane.mesh.ProxyScope;

import io.envoyproxy.envoy.config.core.v3.AggregatedConfigSource;
import io.envoyproxy.envoy.config.core.v3.ApiVersion;
import io.envoyproxy.envoy.config.core.v3.ConfigSource;
import io.envoyproxy.envoy.config.listener.v3.Filter;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.extensions.filters.http.cors.v3.Cors;
import io.envoyproxy.envoy.extensions.filters.http.fault.v3.HTTPFault;
import io.envoyproxy.envoy.extensions.filters.http.router.v3.Router;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.Rds;

import java.util.Map;

/// The network filter that speaks HTTP: what it is set to, and its HTTP filters in their order.
final class HttpManager {
    private static final String NAME = "envoy.filters.network.http_connection_manager";

    private HttpManager() {}

    /// One that asks for its routes by name.
    static Filter byName(Style style, String statPrefix, String routes) {
        var manager = manager(style, statPrefix);
        manager.setRds(
                Rds.newBuilder()
                        .setRouteConfigName(routes)
                        .setConfigSource(
                                ConfigSource.newBuilder()
                                        .setAds(AggregatedConfigSource.getDefaultInstance())
                                        .setResourceApiVersion(ApiVersion.V3)
                                        .setInitialFetchTimeout(Duration.getDefaultInstance())));
        return filter(manager);
    }

    /// One that has its routes in itself.
    static Filter inline(Style style, String statPrefix, RouteConfiguration routes) {
        return filter(manager(style, statPrefix).setRouteConfig(routes));
    }

    private static HttpConnectionManager.Builder manager(Style style, String statPrefix) {
        var manager =
                HttpConnectionManager.newBuilder()
                        .setStatPrefix(statPrefix)
                        .setServerName("istio-envoy")
                        .setStreamIdleTimeout(Duration.getDefaultInstance())
                        .setNormalizePath(Protos.yes())
                        .setProxy100Continue(true)
                        .addUpgradeConfigs(
                                HttpConnectionManager.UpgradeConfig.newBuilder()
                                        .setUpgradeType("websocket"));
        switch (style.direction) {
            case INBOUND ->
                    manager.setUseRemoteAddress(Protos.no())
                            .setForwardClientCertDetails(
                                    HttpConnectionManager.ForwardClientCertDetails.APPEND_FORWARD);
            case OUTBOUND ->
                    manager.setUseRemoteAddress(Protos.no())
                            .setServerHeaderTransformation(
                                    HttpConnectionManager.ServerHeaderTransformation.PASS_THROUGH);
            case GATEWAY ->
                    manager.setUseRemoteAddress(Protos.yes())
                            .setForwardClientCertDetails(
                                    HttpConnectionManager.ForwardClientCertDetails.SANITIZE_SET);
        }
        var log = AccessLogs.to(style.accessLog);
        if (log != null) {
            manager.addAccessLog(log);
        }
        // Who is the other side: before all that may ask for it.
        if (style.knowsPeers) {
            manager.addHttpFilters(peers(style.direction));
        }
        // Faults and origins by what the route says; both answer before anything is sent on.
        manager.addHttpFilters(http("envoy.filters.http.fault", HTTPFault.getDefaultInstance()));
        manager.addHttpFilters(http("envoy.filters.http.cors", Cors.getDefaultInstance()));
        // Counts what the filters before let through or answered.
        if (style.knowsStats) {
            manager.addHttpFilters(
                    typed(ProxyScope.STATS, "stats.PluginConfig", Struct.getDefaultInstance()));
        }
        manager.addHttpFilters(http("envoy.filters.http.router", Router.getDefaultInstance()));
        return manager;
    }

    private static HttpFilter peers(Direction direction) {
        var headers = method("istio_headers", Struct.getDefaultInstance());
        var config =
                direction == Direction.INBOUND
                        ? Map.of("downstream_discovery", headers, "downstream_propagation", headers)
                        : Map.of(
                                "upstream_discovery",
                                headers,
                                "upstream_propagation",
                                method(
                                        "istio_headers",
                                        Protos.struct(
                                                Map.of(
                                                        "skip_external_clusters",
                                                        Value.newBuilder()
                                                                .setBoolValue(true)
                                                                .build()))));
        return typed(
                ProxyScope.PEER_METADATA,
                "io.istio.http.peer_metadata.Config",
                Protos.struct(config));
    }

    private static Value method(String name, Struct settings) {
        var method =
                Protos.struct(Map.of(name, Value.newBuilder().setStructValue(settings).build()));
        return Value.newBuilder()
                .setListValue(
                        ListValue.newBuilder().addValues(Value.newBuilder().setStructValue(method)))
                .build();
    }

    private static HttpFilter typed(String name, String type, Struct value) {
        return http(
                name,
                TypedStruct.newBuilder()
                        .setTypeUrl("type.googleapis.com/" + type)
                        .setValue(value)
                        .build());
    }

    private static HttpFilter http(String name, Message config) {
        return HttpFilter.newBuilder().setName(name).setTypedConfig(Protos.any(config)).build();
    }

    private static Filter filter(HttpConnectionManager.Builder manager) {
        return Filter.newBuilder()
                .setName(NAME)
                .setTypedConfig(Protos.any(manager.build()))
                .build();
    }

    /// Which way requests go.
    enum Direction {
        INBOUND,
        OUTBOUND,
        GATEWAY
    }

    /// What the managers of one proxy and direction have in common.
    record Style(Direction direction, String accessLog, boolean knowsPeers, boolean knowsStats) {
        static Style of(ProxyScope scope, String accessLog, Direction direction) {
            return new Style(
                    direction,
                    accessLog,
                    scope.knows(ProxyScope.PEER_METADATA),
                    scope.knows(ProxyScope.STATS));
        }
    }
}
