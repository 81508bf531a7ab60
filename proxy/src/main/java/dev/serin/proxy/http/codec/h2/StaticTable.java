package dev.serin.proxy.http.codec.h2;

import dev.serin.proxy.http.codec.HeaderNames;

import org.jspecify.annotations.Nullable;

/// The static table of HPACK (RFC 7541, appendix A), and what the proxy knows about header names
/// beside it. The strings are those of [HeaderNames].
final class StaticTable {
    static final int SIZE = 61;
    static final int AUTHORITY = 1;
    static final int METHOD_GET = 2;
    static final int METHOD_POST = 3;
    static final int PATH_ROOT = 4;
    static final int SCHEME_HTTP = 6;
    static final int SCHEME_HTTPS = 7;
    static final int STATUS_200 = 8;

    /// In [#kind]: its values hardly repeat, so that a table is no place for them.
    static final int UNIQUE = 0x100;

    /// In [#kind]: no table may hold it.
    static final int SECRET = 0x200;

    /// In [#kind]: it belongs to one HTTP/1.1 connection and has no place here.
    static final int HOP = 0x400;

    /// The places of the static table that hold a name, in its order; an entry with a value has it
    /// after `=`.
    private static final String ENTRIES =
            """
            :authority
            :method=GET
            :method=POST
            :path=/
            :path=/index.html
            :scheme=http
            :scheme=https
            :status=200
            :status=204
            :status=206
            :status=304
            :status=400
            :status=404
            :status=500
            accept-charset
            accept-encoding=gzip, deflate
            accept-language
            accept-ranges
            accept
            access-control-allow-origin
            age
            allow
            authorization
            cache-control
            content-disposition
            content-encoding
            content-language
            content-length
            content-location
            content-range
            content-type
            cookie
            date
            etag
            expect
            expires
            from
            host
            if-match
            if-modified-since
            if-none-match
            if-range
            if-unmodified-since
            last-modified
            link
            location
            max-forwards
            proxy-authenticate
            proxy-authorization
            range
            referer
            refresh
            retry-after
            server
            set-cookie
            strict-transport-security
            transfer-encoding
            user-agent
            vary
            via
            www-authenticate
            """;

    private static final String[] UNIQUE_NAMES = {
        "x-request-id",
        "traceparent",
        "x-b3-traceid",
        "x-b3-spanid",
        "x-b3-parentspanid",
        "b3",
        "x-envoy-upstream-service-time",
        "etag",
        "if-none-match",
        "content-range",
        "range",
    };
    private static final String[] SECRET_NAMES = {
        "authorization", "proxy-authorization", "cookie", "set-cookie"
    };
    private static final String[] HOP_NAMES = {
        "connection",
        "host",
        "keep-alive",
        "proxy-connection",
        "transfer-encoding",
        "upgrade",
        "http2-settings"
    };
    private static final int MASK = 255;

    static final String[] NAMES = new String[SIZE + 1];
    static final String[] VALUES = new String[SIZE + 1];
    private static final @Nullable String[] KNOWN = new @Nullable String[MASK + 1];
    private static final short[] KINDS = new short[MASK + 1];

    static {
        var at = 1;
        for (var line : ENTRIES.strip().split("\n")) {
            var equals = line.indexOf('=');
            var name = HeaderNames.known(equals < 0 ? line : line.substring(0, equals));
            NAMES[at] = name;
            VALUES[at] = equals < 0 ? "" : line.substring(equals + 1).intern();
            if (kind(name) == 0) {
                put(name, at);
            }
            at++;
        }
        for (var name : UNIQUE_NAMES) {
            put(name, UNIQUE);
        }
        for (var name : SECRET_NAMES) {
            put(name, SECRET);
        }
        for (var name : HOP_NAMES) {
            put(name, HOP);
        }
    }

    private StaticTable() {}

    private static void put(String text, int bits) {
        var name = HeaderNames.known(text);
        var at = name.hashCode() & MASK;
        while (KNOWN[at] != null && !name.equals(KNOWN[at])) {
            at = (at + 1) & MASK;
        }
        KNOWN[at] = name;
        KINDS[at] |= (short) bits;
    }

    /// The first place of `name` in the static table, 0 if it has none, with the bits [#UNIQUE],
    /// [#SECRET] and [#HOP].
    static int kind(String name) {
        for (var at = name.hashCode() & MASK; ; at = (at + 1) & MASK) {
            var known = KNOWN[at];
            if (known == null) {
                return 0;
            }
            if (known.equals(name)) {
                return KINDS[at];
            }
        }
    }
}
