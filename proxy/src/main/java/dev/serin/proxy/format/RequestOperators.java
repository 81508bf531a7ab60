package dev.serin.proxy.format;

import dev.serin.proxy.extension.ConfigProblem;
import dev.serin.proxy.http.Headers;
import dev.serin.proxy.http.RequestHead;

import org.jspecify.annotations.Nullable;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Set;
import java.util.function.Function;

/// The operators about the heads of a stream: headers, and the parts of the path.
final class RequestOperators {
    private RequestOperators() {}

    /// Headers that Envoy has a place of their own for: lines of these names are one for it.
    private static final Set<String> JOINED =
            Set.of(
                    "accept",
                    "accept-encoding",
                    "access-control-allow-origin",
                    "authorization",
                    "cache-control",
                    "connection",
                    "content-encoding",
                    "content-type",
                    "date",
                    "etag",
                    "expect",
                    "grpc-message",
                    "grpc-status",
                    "grpc-timeout",
                    "location",
                    "origin",
                    "referer",
                    "server",
                    "te",
                    "user-agent",
                    "vary",
                    "via",
                    "x-forwarded-client-cert",
                    "x-forwarded-for",
                    "x-forwarded-host",
                    "x-forwarded-port",
                    "x-forwarded-proto",
                    "x-request-id");

    static Operator request(String parameter) throws ConfigProblem {
        var names = headerNames(parameter);
        return e -> {
            var head = e.request();
            return head == null
                    ? null
                    : first(
                            names,
                            n ->
                                    isPseudo(n)
                                            ? Operators.blank(head.get(n))
                                            : line(head.headers(), n));
        };
    }

    private static boolean isPseudo(String name) {
        return name.startsWith(":");
    }

    private static @Nullable String line(Headers headers, String name) {
        return JOINED.contains(name) ? headers.joined(name) : headers.get(name);
    }

    static Operator response(String parameter) throws ConfigProblem {
        var names = headerNames(parameter);
        return e -> {
            var head = e.response();
            return head == null
                    ? null
                    : first(
                            names,
                            n ->
                                    isPseudo(n)
                                            ? Operators.blank(head.get(n))
                                            : line(head.headers(), n));
        };
    }

    static Operator trailer(String parameter) throws ConfigProblem {
        var names = headerNames(parameter);
        return e -> {
            var trailers = e.trailers();
            return trailers == null ? null : first(names, n -> line(trailers, n));
        };
    }

    static Operator withoutQuery(String parameter) throws ConfigProblem {
        var names = headerNames(parameter);
        return e -> {
            var head = e.request();
            return head == null ? null : withoutQuery(first(names, head::get), false);
        };
    }

    /// `NAME` or `NAME?OTHER`, in lower case.
    private static String[] headerNames(String parameter) throws ConfigProblem {
        var names = parameter.toLowerCase(Locale.ROOT).split("\\?", -1);
        if (names.length > 2 || parameter.indexOf(' ') >= 0) {
            throw new ConfigProblem("log_format", "no name of a header: '" + parameter + "'");
        }
        return names;
    }

    private static @Nullable String first(
            String[] names, Function<String, @Nullable String> header) {
        for (var name : names) {
            var value = header.apply(name);
            if (value != null) {
                return value;
            }
        }
        return null;
    }

    private static @Nullable String withoutQuery(@Nullable String path, boolean keep) {
        var query = path == null || keep ? -1 : path.indexOf('?');
        return path == null || query < 0 ? path : path.substring(0, query);
    }

    /// `QUERY:WHICH`, both optional: with the query (`WQ`) or without (`NQ`); the path as it came
    /// (`ORIG`), as it is now (`PATH`), or the first of these.
    static Operator path(String parameter) throws ConfigProblem {
        var parts = parameter.split(":", 2);
        var query =
                switch (parts[0]) {
                    case "", "WQ" -> true;
                    case "NQ" -> false;
                    default -> throw unknown("PATH", parameter);
                };
        Function<RequestHead, @Nullable String> which =
                switch (parts.length == 1 ? "" : parts[1]) {
                    case "", "ORIG_OR_PATH" -> RequestOperators::original;
                    case "ORIG" -> head -> head.get("x-envoy-original-path");
                    case "PATH" -> RequestHead::path;
                    default -> throw unknown("PATH", parameter);
                };
        return e -> e.request() == null ? null : withoutQuery(which.apply(e.request()), query);
    }

    private static String original(RequestHead head) {
        var original = head.get("x-envoy-original-path");
        return original == null ? head.path() : original;
    }

    /// The whole query of the path as it came, as it stands there (`ORIG`) or without its escapes
    /// (`DECODED`); those of what cannot be seen stay.
    static Operator query(String parameter) throws ConfigProblem {
        var decoded =
                switch (parameter) {
                    case "", "ORIG" -> false;
                    case "DECODED" -> true;
                    default -> throw unknown("QUERY_PARAMS", parameter);
                };
        return e -> {
            var path = e.request() == null ? null : original(e.request());
            var query = path == null ? -1 : path.indexOf('?');
            if (path == null || query < 0) {
                return null;
            }
            var text = path.substring(query + 1);
            return decoded ? withoutEscapes(text, '!', '~') : text;
        };
    }

    private static String withoutEscapes(String text, char least, char most) {
        if (text.indexOf('%') < 0) {
            return text;
        }
        var octets = new ByteArrayOutputStream(text.length());
        for (var i = 0; i < text.length(); i++) {
            var c = text.charAt(i);
            var high = i + 2 < text.length() ? Character.digit(text.charAt(i + 1), 16) : -1;
            var low = i + 2 < text.length() ? Character.digit(text.charAt(i + 2), 16) : -1;
            var octet = high << 4 | low;
            if (c != '%' || high < 0 || low < 0 || octet < least || octet > most) {
                octets.write(c);
            } else {
                octets.write(octet);
                i += 2;
            }
        }
        return octets.toString(StandardCharsets.ISO_8859_1);
    }

    /// The first value of one parameter of the query, without its escapes.
    static Operator parameter(String name) {
        return e -> e.request() == null ? null : value(original(e.request()), name);
    }

    private static @Nullable String value(String path, String name) {
        var query = path.indexOf('?');
        if (query < 0) {
            return null;
        }
        for (var part : path.substring(query + 1).split("&", -1)) {
            var equals = part.indexOf('=');
            if ((equals < 0 ? part : part.substring(0, equals)).equals(name)) {
                return equals < 0 ? "" : withoutEscapes(part.substring(equals + 1), '\0', '\u00ff');
            }
        }
        return null;
    }

    private static ConfigProblem unknown(String operator, String parameter) {
        return new ConfigProblem("log_format", "unknown %" + operator + "(" + parameter + ")%");
    }

    // ---- how large they are: names and values, pseudo headers too

    static @Nullable Object requestHeadOctets(Entry entry) {
        var head = entry.request();
        if (head == null) {
            return 0L;
        }
        var pseudo =
                ":method".length()
                        + head.method().length()
                        + ":path".length()
                        + head.path().length()
                        + ":authority".length()
                        + head.authority().length()
                        + ":scheme".length()
                        + head.scheme().length();
        return pseudo + octets(head.headers());
    }

    static @Nullable Object responseHeadOctets(Entry entry) {
        var head = entry.response();
        return head == null ? 0L : ":status200".length() + octets(head.headers());
    }

    static @Nullable Object trailerOctets(Entry entry) {
        return entry.trailers() == null ? 0L : octets(entry.trailers());
    }

    private static long octets(Headers headers) {
        return headers.bytes() - 4L * headers.size();
    }
}
