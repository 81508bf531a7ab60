package dev.serin.proxy.http.manager;

import com.google.protobuf.util.Durations;

import dev.serin.proxy.extension.ConfigProblem;
import dev.serin.proxy.http.codec.Http1Limits;
import dev.serin.proxy.http.codec.Http1Limits.Dialect;
import dev.serin.proxy.http.codec.Http1Limits.Underscores;
import dev.serin.proxy.http.codec.Lifetime;
import dev.serin.proxy.http.codec.Spelling;
import dev.serin.proxy.http.manager.RequestForm.EscapedSlashes;
import dev.serin.proxy.http.manager.RequestForm.StripPort;

import io.envoyproxy.envoy.config.core.v3.Http1ProtocolOptions;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;

import java.time.Duration;

/// Compiles what a connection manager lets clients ask of it.
final class Http1Compiler {
    private static final long STREAM_IDLE_MILLIS = 300_000;

    private Http1Compiler() {}

    static Http1Limits limits(HttpConnectionManager config) throws ConfigProblem {
        var usual = Http1Limits.USUAL;
        var common = config.getCommonHttpProtocolOptions();
        return new Http1Limits(
                config.hasMaxRequestHeadersKb()
                        ? config.getMaxRequestHeadersKb().getValue() * 1024
                        : usual.maxHead(),
                common.hasMaxHeadersCount()
                        ? common.getMaxHeadersCount().getValue()
                        : usual.maxHeaders(),
                life(config),
                headMillis(config),
                dialect(config));
    }

    private static Lifetime life(HttpConnectionManager config) {
        var usual = Lifetime.USUAL;
        var common = config.getCommonHttpProtocolOptions();
        return new Lifetime(
                common.hasIdleTimeout() ? duration(common.getIdleTimeout()) : usual.idle(),
                duration(common.getMaxConnectionDuration()),
                Integer.toUnsignedLong(common.getMaxRequestsPerConnection().getValue()),
                config.hasDrainTimeout()
                        ? Durations.toMillis(config.getDrainTimeout())
                        : usual.drainMillis(),
                config.hasDelayedCloseTimeout()
                        ? Durations.toMillis(config.getDelayedCloseTimeout())
                        : usual.closeMillis());
    }

    /// A head is also part of a stream, which may not be idle for long.
    private static long headMillis(HttpConnectionManager config) {
        var own = Durations.toMillis(config.getRequestHeadersTimeout());
        var idle =
                config.hasStreamIdleTimeout()
                        ? Durations.toMillis(config.getStreamIdleTimeout())
                        : STREAM_IDLE_MILLIS;
        return own > 0 ? own : idle;
    }

    private static Dialect dialect(HttpConnectionManager config) throws ConfigProblem {
        var http1 = config.getHttpProtocolOptions();
        return new Dialect(
                http1.getAcceptHttp10(),
                http1.getDefaultHostForHttp10(),
                http1.getAllowChunkedLength(),
                http1.getAllowCustomMethods(),
                !http1.hasAllowAbsoluteUrl() || http1.getAllowAbsoluteUrl().getValue(),
                http1.getEnableTrailers(),
                spelling(http1),
                config.getProxy100Continue(),
                http1.hasOverrideStreamErrorOnInvalidHttpMessage()
                        ? http1.getOverrideStreamErrorOnInvalidHttpMessage().getValue()
                        : config.getStreamErrorOnInvalidHttpMessage().getValue(),
                switch (config.getCommonHttpProtocolOptions().getHeadersWithUnderscoresAction()) {
                    case ALLOW -> Underscores.ALLOW;
                    case REJECT_REQUEST -> Underscores.REFUSE;
                    case DROP_HEADER -> Underscores.DROP;
                    case UNRECOGNIZED ->
                            throw new ConfigProblem(
                                    "common_http_protocol_options"
                                            + ".headers_with_underscores_action",
                                    "unknown value");
                });
    }

    private static Spelling spelling(Http1ProtocolOptions http1) throws ConfigProblem {
        try {
            return Spelling.of(http1);
        } catch (ConfigProblem e) {
            throw e.under("http_protocol_options");
        }
    }

    static RequestForm form(HttpConnectionManager config) throws ConfigProblem {
        return new RequestForm(
                config.getNormalizePath().getValue(),
                config.getMergeSlashes(),
                switch (config.getPathWithEscapedSlashesAction()) {
                    case IMPLEMENTATION_SPECIFIC_DEFAULT, KEEP_UNCHANGED -> EscapedSlashes.KEEP;
                    case REJECT_REQUEST -> EscapedSlashes.REJECT;
                    case UNESCAPE_AND_REDIRECT -> EscapedSlashes.REDIRECT;
                    case UNESCAPE_AND_FORWARD -> EscapedSlashes.UNESCAPE;
                    case UNRECOGNIZED ->
                            throw new ConfigProblem(
                                    "path_with_escaped_slashes_action", "unknown value");
                },
                config.getStripAnyHostPort()
                        ? StripPort.ANY
                        : config.getStripMatchingHostPort() ? StripPort.MATCHING : StripPort.NEVER,
                config.getStripTrailingHostDot());
    }

    private static Duration duration(com.google.protobuf.Duration duration) {
        return Duration.ofMillis(Durations.toMillis(duration));
    }
}
