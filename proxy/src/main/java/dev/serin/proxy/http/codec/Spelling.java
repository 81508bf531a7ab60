package dev.serin.proxy.http.codec;

import dev.serin.proxy.extension.ConfigProblem;
import dev.serin.proxy.extension.ExtensionConfig;

import io.envoyproxy.envoy.config.core.v3.Http1ProtocolOptions;
import io.envoyproxy.envoy.extensions.http.header_formatters.preserve_case.v3.PreserveCaseFormatterConfig;
import io.envoyproxy.envoy.extensions.http.header_formatters.preserve_case.v3.PreserveCaseFormatterConfig.FormatterTypeOnEnvoyHeaders;

/// How the names of HTTP/1.1's fields are written. As Envoy's Http1ProtocolOptions.HeaderKeyFormat.
public enum Spelling {
    /// In lower case.
    LOWER,
    /// As `Content-Length`.
    PROPER,
    /// What one side writes is kept for the other; what is the proxy's own is in lower case.
    KEPT,
    /// The same, with what is the proxy's own as `Content-Length`.
    KEPT_ELSE_PROPER;

    boolean keeps() {
        return this == KEPT || this == KEPT_ELSE_PROPER;
    }

    /// @throws ConfigProblem naming the formatter that is not known
    public static Spelling of(Http1ProtocolOptions http1) throws ConfigProblem {
        var format = http1.getHeaderKeyFormat();
        return switch (format.getHeaderFormatCase()) {
            case PROPER_CASE_WORDS -> PROPER;
            case HEADERFORMAT_NOT_SET -> LOWER;
            case STATEFUL_FORMATTER -> {
                var extension = format.getStatefulFormatter();
                var config = ExtensionConfig.of(extension.getName(), extension.getTypedConfig());
                var known = PreserveCaseFormatterConfig.getDescriptor().getFullName();
                if (!config.type().equals(known)) {
                    throw new ConfigProblem(
                            "header_key_format.stateful_formatter",
                            config.type() + " is not supported");
                }
                yield config.as(PreserveCaseFormatterConfig.parser())
                                        .getFormatterTypeOnEnvoyHeaders()
                                == FormatterTypeOnEnvoyHeaders.PROPER_CASE
                        ? KEPT_ELSE_PROPER
                        : KEPT;
            }
        };
    }
}
