package dev.serin.proxy.format;

import dev.serin.proxy.extension.ConfigProblem;

import io.envoyproxy.envoy.config.core.v3.DataSource;
import io.envoyproxy.envoy.config.core.v3.SubstitutionFormatString;

/// Compiles Envoy's SubstitutionFormatString.
public final class SubstitutionFormats {
    private SubstitutionFormats() {}

    /// @param usual the format where none is set
    @SuppressWarnings("deprecation") // what Istio still sends
    public static LineFormat of(SubstitutionFormatString format, String usual)
            throws ConfigProblem {
        var omit = format.getOmitEmptyValues();
        if (format.getFormattersCount() > 0) {
            throw new ConfigProblem(
                    "formatters", "'" + format.getFormatters(0).getName() + "' is not supported");
        }
        return switch (format.getFormatCase()) {
            case TEXT_FORMAT -> LineFormat.text(format.getTextFormat(), omit);
            case TEXT_FORMAT_SOURCE -> LineFormat.text(text(format.getTextFormatSource()), omit);
            case JSON_FORMAT -> LineFormat.json(format.getJsonFormat(), omit);
            case FORMAT_NOT_SET -> LineFormat.text(usual, omit);
        };
    }

    private static String text(DataSource source) throws ConfigProblem {
        return switch (source.getSpecifierCase()) {
            case INLINE_STRING -> source.getInlineString();
            case INLINE_BYTES -> source.getInlineBytes().toStringUtf8();
            case FILENAME, ENVIRONMENT_VARIABLE, SPECIFIER_NOT_SET ->
                    throw new ConfigProblem(
                            "text_format_source", "only text in the configuration is supported");
        };
    }
}
