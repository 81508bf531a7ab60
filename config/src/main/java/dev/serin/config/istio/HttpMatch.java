package dev.serin.config.istio;

import dev.serin.config.codec.Cursor;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Map;

/// A condition on a request; every part that is written must hold.
///
/// @param uri null: any
/// @param port of the listener, 0: any
/// @param sourceLabels labels that the caller's pod must have
/// @param gateways empty: those of the VirtualService
/// @param sourceNamespace of the caller, empty: any
public record HttpMatch(
        String name,
        @Nullable StringMatch uri,
        @Nullable StringMatch scheme,
        @Nullable StringMatch method,
        @Nullable StringMatch authority,
        Map<String, StringMatch> headers,
        Map<String, StringMatch> withoutHeaders,
        Map<String, StringMatch> queryParams,
        int port,
        Map<String, String> sourceLabels,
        String sourceNamespace,
        List<String> gateways,
        boolean ignoreUriCase,
        String statPrefix) {
    static HttpMatch from(Cursor match) {
        return new HttpMatch(
                match.string("name"),
                match.optional("uri", StringMatch::from),
                match.optional("scheme", StringMatch::from),
                match.optional("method", StringMatch::from),
                match.optional("authority", StringMatch::from),
                match.map("headers", StringMatch::from),
                match.map("withoutHeaders", StringMatch::from),
                match.map("queryParams", StringMatch::from),
                match.integer("port", 0),
                match.stringMap("sourceLabels"),
                match.string("sourceNamespace"),
                match.strings("gateways"),
                match.bool("ignoreUriCase", false),
                match.string("statPrefix"));
    }
}
