package dev.serin.proxy.format;

import dev.serin.proxy.extension.ConfigProblem;

import io.envoyproxy.envoy.config.core.v3.SubstitutionFormatString;

/// Compiles Envoy's SubstitutionFormatString.
public final class SubstitutionFormats {
    private SubstitutionFormats() {}

    /// @param usual the format where none is set
    @SuppressWarnings("deprecation") // what Istio still sends
    public static LineFormat of(SubstitutionFormatString format, String usual)
            throws ConfigProblem {
        var omit = format.getOmitEmptyValues();
        return switch (format.getFormatCase()) {
            case TEXT_FORMAT -> LineFormat.text(format.getTextFormat(), omit);
            case TEXT_FORMAT_SOURCE ->
                    LineFormat.text(format.getTextFormatSource().getInlineString(), omit);
            case JSON_FORMAT -> LineFormat.json(format.getJsonFormat(), omit);
            case FORMAT_NOT_SET -> LineFormat.text(usual, omit);
        };
    }
}
