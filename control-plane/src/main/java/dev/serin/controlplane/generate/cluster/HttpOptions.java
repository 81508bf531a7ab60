package dev.serin.controlplane.generate.cluster;

import dev.serin.config.istio.ClientTls;
import dev.serin.config.istio.ConnectionPool;
import dev.serin.controlplane.generate.Protos;
import dev.serin.controlplane.mesh.TrafficPolicies;
import dev.serin.controlplane.registry.Protocol;

import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.core.v3.Http1ProtocolOptions;
import io.envoyproxy.envoy.config.core.v3.Http2ProtocolOptions;
import io.envoyproxy.envoy.config.core.v3.KeepaliveSettings;
import io.envoyproxy.envoy.config.core.v3.UpstreamHttpProtocolOptions;
import io.envoyproxy.envoy.extensions.upstreams.http.v3.HttpProtocolOptions;

import org.jspecify.annotations.Nullable;

/// Which HTTP a cluster speaks, and the limits that only HTTP has.
final class HttpOptions {
    private static final String EXTENSION =
            "envoy.extensions.upstreams.http.v3.HttpProtocolOptions";

    private HttpOptions() {}

    static void apply(
            Protocol protocol, TrafficPolicies.Effective policy, Cluster.Builder cluster) {
        var pool = policy.connectionPool();
        if (protocol == Protocol.TCP || protocol == Protocol.TLS) {
            return;
        }
        var http = pool == null ? null : pool.http();
        var http2 = Http2ProtocolOptions.newBuilder();
        var options = HttpProtocolOptions.newBuilder();
        if (http != null) {
            limits(http, options, http2);
        }
        var tcp = pool == null ? null : pool.tcp();
        if (tcp != null && tcp.maxConnectionDuration() != null) {
            options.getCommonHttpProtocolOptionsBuilder()
                    .setMaxConnectionDuration(Protos.duration(tcp.maxConnectionDuration()));
        }
        names(policy.tls(), options);
        var upgrade = upgrades(pool);
        if (protocol == Protocol.DETECTED || (http != null && http.useClientProtocol())) {
            options.setUseDownstreamProtocolConfig(
                    HttpProtocolOptions.UseDownstreamHttpConfig.newBuilder()
                            .setHttpProtocolOptions(Http1ProtocolOptions.getDefaultInstance())
                            .setHttp2ProtocolOptions(http2));
        } else if (protocol == Protocol.HTTP2 || upgrade) {
            options.setExplicitHttpConfig(
                    HttpProtocolOptions.ExplicitHttpConfig.newBuilder()
                            .setHttp2ProtocolOptions(http2));
        } else {
            options.setExplicitHttpConfig(
                    HttpProtocolOptions.ExplicitHttpConfig.newBuilder()
                            .setHttpProtocolOptions(Http1ProtocolOptions.getDefaultInstance()));
        }
        cluster.putTypedExtensionProtocolOptions(EXTENSION, Protos.any(options.build()));
    }

    /// Whether HTTP/1.1 is sent as HTTP/2.
    static boolean upgrades(@Nullable ConnectionPool pool) {
        return pool != null
                && pool.http() != null
                && pool.http().h2UpgradePolicy() == ConnectionPool.H2Upgrade.UPGRADE;
    }

    /// Without a name to ask for, that of the request's own host is asked for, and expected where
    /// no names are written.
    private static void names(@Nullable ClientTls tls, HttpProtocolOptions.Builder options) {
        if (tls == null
                || !tls.sni().isEmpty()
                || tls.mode() == ClientTls.Mode.DISABLE
                || tls.mode() == ClientTls.Mode.ISTIO_MUTUAL) {
            return;
        }
        options.setUpstreamHttpProtocolOptions(
                UpstreamHttpProtocolOptions.newBuilder()
                        .setAutoSni(true)
                        .setAutoSanValidation(
                                tls.subjectAltNames().isEmpty() && ClientSockets.verifies(tls)));
    }

    private static void limits(
            ConnectionPool.Http http,
            HttpProtocolOptions.Builder options,
            Http2ProtocolOptions.Builder http2) {
        var common = options.getCommonHttpProtocolOptionsBuilder();
        if (http.maxRequestsPerConnection() != null && http.maxRequestsPerConnection() > 0) {
            common.setMaxRequestsPerConnection(Protos.number(http.maxRequestsPerConnection()));
        }
        if (http.idleTimeout() != null) {
            common.setIdleTimeout(Protos.duration(http.idleTimeout()));
        }
        if (http.maxConcurrentStreams() != null && http.maxConcurrentStreams() > 0) {
            http2.setMaxConcurrentStreams(Protos.number(http.maxConcurrentStreams()));
        }
        var keepalive = http.http2Keepalive();
        if (keepalive != null) {
            var settings = KeepaliveSettings.newBuilder();
            if (keepalive.interval() != null) {
                settings.setInterval(Protos.duration(keepalive.interval()));
            }
            if (keepalive.timeout() != null) {
                settings.setTimeout(Protos.duration(keepalive.timeout()));
            }
            http2.setConnectionKeepalive(settings);
        }
    }
}
