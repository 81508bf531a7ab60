package dev.serin.local.api.cel.function;

import dev.cel.common.types.CelType;
import dev.cel.common.types.ListType;
import dev.cel.common.types.MapType;
import dev.cel.common.types.OpaqueType;
import dev.cel.common.types.SimpleType;

import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;

/// Kubernetes' functions of URLs.
final class UrlFunctions {
    private static final CelType URL = OpaqueType.create("kubernetes.URL");

    private UrlFunctions() {}

    static Functions all() {
        var text = SimpleType.STRING;
        var all =
                new Functions()
                        .global("url", "string_to_url", URL, text, String.class, UrlFunctions::url)
                        .global(
                                "isURL",
                                "is_url_string",
                                SimpleType.BOOL,
                                text,
                                String.class,
                                t -> isUrl(t))
                        .member(
                                "getQuery",
                                "url_get_query",
                                MapType.create(text, ListType.create(text)),
                                URL,
                                URI.class,
                                UrlFunctions::query);
        part(all, "getScheme", "url_get_scheme", URI::getScheme);
        part(all, "getHost", "url_get_host", URI::getRawAuthority);
        part(
                all,
                "getHostname",
                "url_get_hostname",
                u -> Objects.requireNonNullElse(u.getHost(), "").replace("[", "").replace("]", ""));
        part(all, "getPort", "url_get_port", u -> u.getPort() < 0 ? "" : "" + u.getPort());
        part(all, "getEscapedPath", "url_get_escaped_path", URI::getRawPath);
        return all;
    }

    private static void part(
            Functions all,
            String name,
            String id,
            Function<URI, @org.jspecify.annotations.Nullable String> part) {
        all.member(
                name,
                id,
                SimpleType.STRING,
                URL,
                URI.class,
                u -> Objects.requireNonNullElse(part.apply(u), ""));
    }

    /// Absolute, or the path of a request.
    private static URI url(String text) {
        try {
            var url = new URI(text);
            if (url.getScheme() == null && !text.startsWith("/")) {
                throw new IllegalArgumentException(
                        "URL parse error during conversion from string: parse \""
                                + text
                                + "\": invalid URI for request");
            }
            return url;
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException(
                    "URL parse error during conversion from string: " + e.getMessage(), e);
        }
    }

    private static boolean isUrl(String text) {
        try {
            url(text);
            return true;
        } catch (IllegalArgumentException _) {
            return false;
        }
    }

    private static Map<String, List<String>> query(URI url) {
        var all = new LinkedHashMap<String, List<String>>();
        for (var pair : Objects.requireNonNullElse(url.getRawQuery(), "").split("&")) {
            if (!pair.isEmpty()) {
                var cut = pair.indexOf('=');
                var name = cut < 0 ? pair : pair.substring(0, cut);
                all.computeIfAbsent(decoded(name), _ -> new ArrayList<>())
                        .add(cut < 0 ? "" : decoded(pair.substring(cut + 1)));
            }
        }
        return all;
    }

    private static String decoded(String text) {
        return URLDecoder.decode(text, StandardCharsets.UTF_8);
    }
}
