package dev.serin.proxy.http.manager;

import dev.serin.proxy.extension.ConfigProblem;
import dev.serin.proxy.extension.LogFilter;
import dev.serin.proxy.format.LineFormat;
import dev.serin.proxy.format.SubstitutionFormats;
import dev.serin.proxy.http.manager.LocalReplies.Form;
import dev.serin.proxy.http.manager.LocalReplies.Mapper;
import dev.serin.proxy.route.HeaderChanges;

import io.envoyproxy.envoy.config.core.v3.DataSource;
import io.envoyproxy.envoy.config.core.v3.SubstitutionFormatString;
import io.envoyproxy.envoy.config.core.v3.SubstitutionFormatString.FormatCase;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.LocalReplyConfig;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.ResponseMapper;

import java.util.ArrayList;
import java.util.List;

/// Compiles what becomes of the replies of the proxy's own. Pure.
final class LocalReplyCompiler {
    private static final String BODY = "%LOCAL_REPLY_BODY%";

    private LocalReplyCompiler() {}

    static LocalReplies compile(LocalReplyConfig config) throws ConfigProblem {
        var mappers = new ArrayList<Mapper>();
        for (var mapper : config.getMappersList()) {
            try {
                mappers.add(mapper(mapper));
            } catch (ConfigProblem e) {
                throw e.under("local_reply_config.mappers");
            }
        }
        return new LocalReplies(
                List.copyOf(mappers), config.hasBodyFormat() ? form(config.getBodyFormat()) : null);
    }

    private static Mapper mapper(ResponseMapper mapper) throws ConfigProblem {
        return new Mapper(
                LogFilter.of(mapper.getFilter()),
                mapper.getStatusCode().getValue(),
                mapper.hasBody() ? text(mapper.getBody()) : null,
                mapper.hasBodyFormatOverride() ? form(mapper.getBodyFormatOverride()) : null,
                HeaderChanges.of(mapper.getHeadersToAddList(), List.of()));
    }

    private static String text(DataSource source) throws ConfigProblem {
        return switch (source.getSpecifierCase()) {
            case INLINE_STRING -> source.getInlineString();
            case INLINE_BYTES -> source.getInlineBytes().toStringUtf8();
            case FILENAME, ENVIRONMENT_VARIABLE, SPECIFIER_NOT_SET ->
                    throw new ConfigProblem("body", "only text in the configuration is supported");
        };
    }

    private static Form form(SubstitutionFormatString config) throws ConfigProblem {
        LineFormat format = SubstitutionFormats.of(config, BODY);
        var type = config.getContentType();
        if (type.isEmpty()) {
            type =
                    config.getFormatCase() == FormatCase.JSON_FORMAT
                            ? "application/json"
                            : "text/plain";
        }
        return new Form(format, type);
    }
}
