package dev.serin.proxy.http.codec;

import org.jspecify.annotations.Nullable;

import java.nio.charset.StandardCharsets;

/// The header names that are seen every day, so that reading one makes no new string.
public final class HeaderNames {
    private static final int MASK = 511;
    private static final String[] KNOWN = {
        ":authority",
        ":method",
        ":path",
        ":protocol",
        ":scheme",
        ":status",
        "accept",
        "accept-charset",
        "accept-encoding",
        "accept-language",
        "accept-ranges",
        "access-control-allow-origin",
        "age",
        "allow",
        "authorization",
        "b3",
        "baggage",
        "cache-control",
        "connection",
        "content-disposition",
        "content-encoding",
        "content-language",
        "content-length",
        "content-location",
        "content-range",
        "content-type",
        "cookie",
        "date",
        "dnt",
        "etag",
        "expect",
        "expires",
        "forwarded",
        "from",
        "grpc-accept-encoding",
        "grpc-encoding",
        "grpc-message",
        "grpc-status",
        "grpc-timeout",
        "host",
        "http2-settings",
        "if-match",
        "if-modified-since",
        "if-none-match",
        "if-range",
        "if-unmodified-since",
        "keep-alive",
        "last-modified",
        "link",
        "location",
        "max-forwards",
        "origin",
        "pragma",
        "proxy-authenticate",
        "proxy-authorization",
        "proxy-connection",
        "range",
        "referer",
        "refresh",
        "retry-after",
        "sec-fetch-dest",
        "sec-fetch-mode",
        "sec-fetch-site",
        "server",
        "set-cookie",
        "strict-transport-security",
        "te",
        "trailer",
        "transfer-encoding",
        "traceparent",
        "tracestate",
        "upgrade",
        "upgrade-insecure-requests",
        "user-agent",
        "vary",
        "via",
        "warning",
        "www-authenticate",
        "x-b3-flags",
        "x-b3-parentspanid",
        "x-b3-sampled",
        "x-b3-spanid",
        "x-b3-traceid",
        "x-envoy-attempt-count",
        "x-envoy-decorator-operation",
        "x-envoy-expected-rq-timeout-ms",
        "x-envoy-external-address",
        "x-envoy-internal",
        "x-envoy-original-path",
        "x-envoy-peer-metadata",
        "x-envoy-peer-metadata-id",
        "x-envoy-upstream-service-time",
        "x-forwarded-client-cert",
        "x-forwarded-for",
        "x-forwarded-host",
        "x-forwarded-proto",
        "x-ot-span-context",
        "x-powered-by",
        "x-real-ip",
        "x-request-id",
    };
    private static final @Nullable String[] TABLE = new @Nullable String[MASK + 1];

    /// For each octet its lower case if it may be in a token, else 0.
    static final byte[] TOKEN = new byte[256];

    static {
        for (var name : KNOWN) {
            var at = name.hashCode() & MASK;
            while (TABLE[at] != null) {
                at = (at + 1) & MASK;
            }
            TABLE[at] = name;
        }
        for (var c = 'a'; c <= 'z'; c++) {
            TOKEN[c] = (byte) c;
            TOKEN[c - 32] = (byte) c;
        }
        for (var c : "0123456789!#$%&'*+-.^_`|~".getBytes(StandardCharsets.US_ASCII)) {
            TOKEN[c] = c;
        }
    }

    private HeaderNames() {}

    /// The one string for a name of the list; the name itself for others.
    public static String known(String name) {
        for (var at = name.hashCode() & MASK; ; at = (at + 1) & MASK) {
            var known = TABLE[at];
            if (known == null || known.equals(name)) {
                return known == null ? name : known;
            }
        }
    }

    /// Whether the text is a token (RFC 9110, 5.6.2), as names and methods are.
    public static boolean token(String text) {
        for (var i = 0; i < text.length(); i++) {
            var c = text.charAt(i);
            if (c > 0xff || TOKEN[c] == 0) {
                return false;
            }
        }
        return !text.isEmpty();
    }

    /// The octet of a name in lower case; 0 if it may not be in one.
    public static byte lower(byte octet) {
        return TOKEN[octet & 0xff];
    }

    /// The name in `lower[from, to)`, already in lower case, whose [String#hashCode] is `hash`.
    public static String of(byte[] lower, int from, int to, int hash) {
        var length = to - from;
        for (var at = hash & MASK; ; at = (at + 1) & MASK) {
            var known = TABLE[at];
            if (known == null) {
                return new String(lower, from, length, StandardCharsets.ISO_8859_1);
            }
            if (known.hashCode() == hash && known.length() == length && same(known, lower, from)) {
                return known;
            }
        }
    }

    private static boolean same(String known, byte[] lower, int from) {
        for (var i = 0; i < known.length(); i++) {
            if (known.charAt(i) != lower[from + i]) {
                return false;
            }
        }
        return true;
    }
}
