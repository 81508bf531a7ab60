package dev.serin.proxy.upstream;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.util.Durations;

import dev.serin.proxy.extension.ConfigProblem;
import dev.serin.proxy.http.codec.Http1Limits;
import dev.serin.proxy.http.codec.Spelling;
import dev.serin.proxy.http.codec.h2.Http2Compiler;
import dev.serin.proxy.http.codec.h2.Http2Limits;
import dev.serin.proxy.upstream.HttpUpstream.Choice;

import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.cluster.v3.Cluster.ClusterProtocolSelection;
import io.envoyproxy.envoy.config.core.v3.Http1ProtocolOptions;
import io.envoyproxy.envoy.config.core.v3.Http2ProtocolOptions;
import io.envoyproxy.envoy.extensions.upstreams.http.v3.HttpProtocolOptions;

import java.time.Duration;

/// Compiles how a cluster speaks HTTP: Envoy's HttpProtocolOptions, or the older fields of Cluster
/// itself. Pure.
final class HttpUpstreamCompiler {
    private static final String FIELD = "typed_extension_protocol_options";
    private static final String HTTP_OPTIONS =
            "envoy.extensions.upstreams.http.v3.HttpProtocolOptions";
    private static final String CODEC = "envoy.filters.http.upstream_codec";

    private HttpUpstreamCompiler() {}

    /// @throws ConfigProblem naming the field that cannot be done
    static HttpUpstream compile(Cluster cluster) throws ConfigProblem {
        for (var entry : cluster.getTypedExtensionProtocolOptionsMap().entrySet()) {
            var any = entry.getValue();
            if (!any.getTypeUrl().endsWith("/" + HTTP_OPTIONS)
                    || !entry.getKey().equals(HTTP_OPTIONS)) {
                throw new ConfigProblem(
                        FIELD,
                        "unknown options '" + entry.getKey() + "' of type " + any.getTypeUrl());
            }
        }
        for (var any : cluster.getTypedExtensionProtocolOptionsMap().values()) {
            try {
                return compile(parse(any));
            } catch (ConfigProblem e) {
                throw e.under(FIELD);
            }
        }
        return older(cluster);
    }

    @SuppressWarnings("deprecation") // what older control planes send
    private static HttpUpstream older(Cluster cluster) throws ConfigProblem {
        var downstream =
                cluster.getProtocolSelection() == ClusterProtocolSelection.USE_DOWNSTREAM_PROTOCOL;
        var http2 =
                cluster.hasHttp2ProtocolOptions()
                        ? Http2Compiler.compile(cluster.getHttp2ProtocolOptions())
                        : Http2Limits.USUAL;
        return common(
                downstream
                        ? Choice.DOWNSTREAM
                        : cluster.hasHttp2ProtocolOptions() ? Choice.HTTP2 : Choice.HTTP1,
                http2,
                cluster.getCommonHttpProtocolOptions(),
                cluster.hasMaxRequestsPerConnection()
                        ? cluster.getMaxRequestsPerConnection().getValue()
                        : cluster.getCommonHttpProtocolOptions()
                                .getMaxRequestsPerConnection()
                                .getValue(),
                cluster.getHttpProtocolOptions());
    }

    private static HttpProtocolOptions parse(Any any) throws ConfigProblem {
        try {
            return HttpProtocolOptions.parseFrom(any.getValue());
        } catch (InvalidProtocolBufferException e) {
            throw new ConfigProblem("", "does not parse: " + e.getMessage());
        }
    }

    private static HttpUpstream compile(HttpProtocolOptions options) throws ConfigProblem {
        for (var filter : options.getHttpFiltersList()) {
            if (!filter.getName().equals(CODEC)) {
                throw new ConfigProblem(
                        "http_filters", "'" + filter.getName() + "' is not supported");
            }
        }
        var choice = Choice.HTTP1;
        var http2 = Http2ProtocolOptions.getDefaultInstance();
        var http1 = Http1ProtocolOptions.getDefaultInstance();
        switch (options.getUpstreamProtocolOptionsCase()) {
            case EXPLICIT_HTTP_CONFIG -> {
                var explicit = options.getExplicitHttpConfig();
                if (explicit.hasHttp3ProtocolOptions()) {
                    throw new ConfigProblem("explicit_http_config", "HTTP/3 is not supported");
                }
                http1 = explicit.getHttpProtocolOptions();
                if (explicit.hasHttp2ProtocolOptions()) {
                    choice = Choice.HTTP2;
                    http2 = explicit.getHttp2ProtocolOptions();
                }
            }
            case USE_DOWNSTREAM_PROTOCOL_CONFIG -> {
                choice = Choice.DOWNSTREAM;
                http1 = options.getUseDownstreamProtocolConfig().getHttpProtocolOptions();
                http2 = options.getUseDownstreamProtocolConfig().getHttp2ProtocolOptions();
            }
            case AUTO_CONFIG -> {
                choice = Choice.NEGOTIATED;
                http1 = options.getAutoConfig().getHttpProtocolOptions();
                http2 = options.getAutoConfig().getHttp2ProtocolOptions();
            }
            case UPSTREAMPROTOCOLOPTIONS_NOT_SET ->
                    throw new ConfigProblem("upstream_protocol_options", "is missing");
        }
        return common(
                choice,
                Http2Compiler.compile(http2),
                options.getCommonHttpProtocolOptions(),
                options.getCommonHttpProtocolOptions().getMaxRequestsPerConnection().getValue(),
                http1);
    }

    private static HttpUpstream common(
            Choice choice,
            Http2Limits http2,
            io.envoyproxy.envoy.config.core.v3.HttpProtocolOptions common,
            int maxRequests,
            Http1ProtocolOptions http1)
            throws ConfigProblem {
        var heads =
                http2.heads(
                        common.hasMaxResponseHeadersKb()
                                ? common.getMaxResponseHeadersKb().getValue() * 1024
                                : http2.maxHead(),
                        common.hasMaxHeadersCount()
                                ? common.getMaxHeadersCount().getValue()
                                : http2.maxHeaders());
        var usual = HttpUpstream.USUAL;
        return new HttpUpstream(
                choice,
                heads,
                common.hasIdleTimeout() ? duration(common.getIdleTimeout()) : usual.idle(),
                duration(common.getMaxConnectionDuration()),
                maxRequests,
                duration(common.getMaxStreamDuration()),
                http1.getEnableTrailers(),
                responses(common).with(Spelling.of(http1)));
    }

    private static Http1Limits responses(
            io.envoyproxy.envoy.config.core.v3.HttpProtocolOptions common) {
        var usual = Http1Limits.OF_HOSTS;
        return usual.heads(
                common.hasMaxResponseHeadersKb()
                        ? common.getMaxResponseHeadersKb().getValue() * 1024
                        : usual.maxHead(),
                common.hasMaxHeadersCount()
                        ? common.getMaxHeadersCount().getValue()
                        : usual.maxHeaders());
    }

    private static Duration duration(com.google.protobuf.Duration duration) {
        return Duration.ofMillis(Durations.toMillis(duration));
    }
}
