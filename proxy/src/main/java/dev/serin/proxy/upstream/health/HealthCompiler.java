package dev.serin.proxy.upstream.health;

import com.google.protobuf.ByteString;
import com.google.protobuf.util.Durations;

import dev.serin.proxy.extension.ConfigProblem;
import dev.serin.proxy.route.TextMatch;
import dev.serin.proxy.upstream.health.HealthConfig.Grpc;
import dev.serin.proxy.upstream.health.HealthConfig.Header;
import dev.serin.proxy.upstream.health.HealthConfig.Http;
import dev.serin.proxy.upstream.health.HealthConfig.Log;
import dev.serin.proxy.upstream.health.HealthConfig.Pace;
import dev.serin.proxy.upstream.health.HealthConfig.Probe;
import dev.serin.proxy.upstream.health.HealthConfig.Range;
import dev.serin.proxy.upstream.health.HealthConfig.Tcp;

import io.envoyproxy.envoy.config.core.v3.HeaderValueOption;
import io.envoyproxy.envoy.config.core.v3.HealthCheck;
import io.envoyproxy.envoy.config.core.v3.RequestMethod;
import io.envoyproxy.envoy.type.v3.CodecClientType;
import io.envoyproxy.envoy.type.v3.Int64Range;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;

/// Compiles Envoy's HealthCheck. Pure.
public final class HealthCompiler {
    private static final Duration NO_TRAFFIC = Duration.ofSeconds(60);

    private HealthCompiler() {}

    /// @throws ConfigProblem naming the field that cannot be done
    public static List<HealthConfig> compile(List<HealthCheck> messages) throws ConfigProblem {
        if (messages.size() > 1) {
            throw new ConfigProblem("health_checks", "more than one is not supported");
        }
        var checks = new ArrayList<HealthConfig>();
        for (var message : messages) {
            try {
                checks.add(compile(message));
            } catch (ConfigProblem e) {
                throw e.under("health_checks");
            }
        }
        return List.copyOf(checks);
    }

    private static HealthConfig compile(HealthCheck from) throws ConfigProblem {
        if (!from.hasTimeout() || !from.hasInterval()) {
            throw new ConfigProblem(from.hasTimeout() ? "interval" : "timeout", "is missing");
        }
        if (!from.hasUnhealthyThreshold() || !from.hasHealthyThreshold()) {
            throw new ConfigProblem(
                    from.hasUnhealthyThreshold() ? "healthy_threshold" : "unhealthy_threshold",
                    "is missing");
        }
        return new HealthConfig(
                duration(from.getTimeout()),
                new Pace(
                        duration(from.getInterval()),
                        duration(from.getInitialJitter()),
                        duration(from.getIntervalJitter()),
                        from.getIntervalJitterPercent(),
                        from.hasNoTrafficInterval()
                                ? duration(from.getNoTrafficInterval())
                                : NO_TRAFFIC,
                        set(from.hasNoTrafficHealthyInterval(), from.getNoTrafficHealthyInterval()),
                        set(from.hasUnhealthyInterval(), from.getUnhealthyInterval()),
                        set(from.hasUnhealthyEdgeInterval(), from.getUnhealthyEdgeInterval()),
                        set(from.hasHealthyEdgeInterval(), from.getHealthyEdgeInterval())),
                from.getUnhealthyThreshold().getValue(),
                from.getHealthyThreshold().getValue(),
                from.getAltPort().getValue(),
                !from.hasReuseConnection() || from.getReuseConnection().getValue(),
                probe(from),
                new Log(
                        from.getAlwaysLogHealthCheckFailures(),
                        from.getAlwaysLogHealthCheckSuccess()),
                from.getTlsOptions().getAlpnProtocolsList());
    }

    private static Duration duration(com.google.protobuf.Duration duration) {
        return Duration.ofMillis(Durations.toMillis(duration));
    }

    private static @Nullable Duration set(boolean set, com.google.protobuf.Duration duration) {
        return set ? duration(duration) : null;
    }

    private static Probe probe(HealthCheck from) throws ConfigProblem {
        return switch (from.getHealthCheckerCase()) {
            case HTTP_HEALTH_CHECK -> http(from.getHttpHealthCheck());
            case TCP_HEALTH_CHECK -> {
                var tcp = from.getTcpHealthCheck();
                if (tcp.hasProxyProtocolConfig()) {
                    throw new ConfigProblem("proxy_protocol_config", "is not supported");
                }
                yield new Tcp(payload(tcp.getSend()), payloads(tcp.getReceiveList()));
            }
            case GRPC_HEALTH_CHECK -> {
                var grpc = from.getGrpcHealthCheck();
                yield new Grpc(
                        grpc.getServiceName(),
                        grpc.getAuthority(),
                        headers(grpc.getInitialMetadataList()));
            }
            case CUSTOM_HEALTH_CHECK, HEALTHCHECKER_NOT_SET ->
                    throw new ConfigProblem(
                            "health_checker",
                            from.getHealthCheckerCase()
                                            == HealthCheck.HealthCheckerCase.CUSTOM_HEALTH_CHECK
                                    ? "'"
                                            + from.getCustomHealthCheck().getName()
                                            + "' is not supported"
                                    : "is missing");
        };
    }

    private static Http http(HealthCheck.HttpHealthCheck from) throws ConfigProblem {
        if (from.getCodecClientType() == CodecClientType.HTTP3) {
            throw new ConfigProblem("codec_client_type", "HTTP3 is not supported");
        }
        if (from.getPath().isEmpty()) {
            throw new ConfigProblem("path", "is missing");
        }
        var expected = ranges(from.getExpectedStatusesList());
        return new Http(
                from.getMethod() == RequestMethod.METHOD_UNSPECIFIED
                        ? "GET"
                        : from.getMethod().name(),
                from.getHost(),
                from.getPath(),
                from.getCodecClientType() == CodecClientType.HTTP2,
                headers(from.getRequestHeadersToAddList()),
                from.getRequestHeadersToRemoveList().stream()
                        .map(name -> name.toLowerCase(Locale.ROOT))
                        .toList(),
                expected.isEmpty() ? List.of(new Range(200, 201)) : expected,
                ranges(from.getRetriableStatusesList()),
                payloads(from.getReceiveList()),
                from.hasResponseBufferSize()
                        ? (int)
                                Math.min(
                                        Integer.MAX_VALUE,
                                        from.getResponseBufferSize().getValue() == 0
                                                ? Integer.MAX_VALUE
                                                : from.getResponseBufferSize().getValue())
                        : 1024,
                from.hasServiceNameMatcher() ? TextMatch.of(from.getServiceNameMatcher()) : null);
    }

    @SuppressWarnings("deprecation") // what servers send
    private static List<Header> headers(List<HeaderValueOption> options) throws ConfigProblem {
        var headers = new ArrayList<Header>();
        for (var option : options) {
            var value = option.getHeader().getValue();
            if (value.contains("%")) {
                throw new ConfigProblem(
                        "request_headers_to_add", "format strings are not supported here");
            }
            var append =
                    option.hasAppend()
                            ? option.getAppend().getValue()
                            : option.getAppendAction()
                                    == HeaderValueOption.HeaderAppendAction.APPEND_IF_EXISTS_OR_ADD;
            headers.add(
                    new Header(
                            option.getHeader().getKey().toLowerCase(Locale.ROOT), value, append));
        }
        return List.copyOf(headers);
    }

    private static List<Range> ranges(List<Int64Range> messages) throws ConfigProblem {
        var ranges = new ArrayList<Range>();
        for (var range : messages) {
            if (range.getStart() < 100
                    || range.getEnd() > 600
                    || range.getStart() >= range.getEnd()) {
                throw new ConfigProblem(
                        "expected_statuses",
                        "["
                                + range.getStart()
                                + ", "
                                + range.getEnd()
                                + ") is not within 100 to 600");
            }
            ranges.add(new Range(range.getStart(), range.getEnd()));
        }
        return List.copyOf(ranges);
    }

    private static List<ByteString> payloads(List<HealthCheck.Payload> messages)
            throws ConfigProblem {
        var payloads = new ArrayList<ByteString>();
        for (var message : messages) {
            payloads.add(payload(message));
        }
        return List.copyOf(payloads);
    }

    private static ByteString payload(HealthCheck.Payload payload) throws ConfigProblem {
        if (payload.hasBinary()) {
            return payload.getBinary();
        }
        try {
            return ByteString.copyFrom(HexFormat.of().parseHex(payload.getText()));
        } catch (IllegalArgumentException e) {
            throw new ConfigProblem("payload.text", "is not hexadecimal");
        }
    }
}
