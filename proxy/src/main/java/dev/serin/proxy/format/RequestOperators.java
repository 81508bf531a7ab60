package dev.serin.proxy.format;

import dev.serin.proxy.extension.ConfigProblem;
import dev.serin.proxy.http.RequestHead;

import org.jspecify.annotations.Nullable;

import java.util.Locale;
import java.util.function.Function;

/// The operators about the heads of a stream: headers, and the parts of the path.
final class RequestOperators {
    private RequestOperators() {}

    static Operator request(String parameter) throws ConfigProblem {
        var names = headerNames(parameter);
        return e -> {
            var head = e.request();
            return head == null ? null : first(names, head::get);
        };
    }

    static Operator response(String parameter) throws ConfigProblem {
        var names = headerNames(parameter);
        return e -> {
            var head = e.response();
            return head == null ? null : first(names, head::get);
        };
    }

    static Operator trailer(String parameter) throws ConfigProblem {
        var names = headerNames(parameter);
        return e -> {
            var trailers = e.trailers();
            return trailers == null ? null : first(names, trailers::joined);
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
        if (parameter.indexOf('?') != parameter.lastIndexOf('?')) {
            throw new ConfigProblem(
                    "log_format", "'" + parameter + "' has more than one header to fall back to");
        }
        return parameter.toLowerCase(Locale.ROOT).split("\\?", 2);
    }

    private static @Nullable String first(
            String[] names, Function<String, @Nullable String> header) {
        for (var name : names) {
            var value = header.apply(name);
            if (value != null && !value.isEmpty()) {
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

    /// The whole query, of the path as it came (`ORIG`) or as it is now.
    static Operator query(String parameter) throws ConfigProblem {
        Function<RequestHead, @Nullable String> which =
                switch (parameter) {
                    case "", "ORIG" -> RequestOperators::original;
                    case "PATH" -> RequestHead::path;
                    default -> throw unknown("QUERY_PARAMS", parameter);
                };
        return e -> {
            var path = e.request() == null ? null : which.apply(e.request());
            var query = path == null ? -1 : path.indexOf('?');
            return path == null || query < 0 ? null : path.substring(query + 1);
        };
    }

    /// The first value of one parameter of the query, as it stands there.
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
                return equals < 0 ? "" : part.substring(equals + 1);
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

    private static long octets(dev.serin.proxy.http.Headers headers) {
        return headers.bytes() - 4L * headers.size();
    }
}
