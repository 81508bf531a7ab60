package dev.serin.proxy.http.codec;

import dev.serin.proxy.http.Headers;
import dev.serin.proxy.http.Spellings;
import dev.serin.proxy.http.codec.Http1Limits.Dialect;
import dev.serin.proxy.http.codec.Http1Limits.Underscores;

import java.nio.charset.StandardCharsets;

/// The head of one HTTP/1.1 message, as read from the wire: start line, end-to-end headers, and
/// what the hop-by-hop headers said. Reused for the next message of its connection.
final class Http1Head {
    private static final byte[] TOKEN = HeaderNames.TOKEN;

    final boolean request;
    final int maxHeaders;
    String method = "";
    String target = "";
    String host = "";
    int hosts;
    int minor;
    int status;
    Headers headers = new Headers();
    long contentLength;
    boolean chunked;
    boolean otherCoding;
    boolean close;
    boolean keepAlive;
    boolean connectionUpgrade;
    boolean expectContinue;
    private final Dialect dialect;
    private String nominated = "";
    private int fields;

    Http1Head(boolean request, int maxHeaders, Dialect dialect) {
        this.request = request;
        this.maxHeaders = maxHeaders;
        this.dialect = dialect;
    }

    /// Reads the head in `b[0, end)`, which ends with an empty line.
    void read(byte[] b, int end) throws Malformed {
        clear();
        var at = 0;
        while (b[at] == '\r' || b[at] == '\n') { // RFC 9112, 2.2: empty lines before a start line
            at++;
        }
        at = request ? requestLine(b, at, end) : statusLine(b, at, end);
        while (b[at] != '\n' && !(b[at] == '\r' && b[at + 1] == '\n')) {
            at = field(b, at, headers);
            if (++fields > maxHeaders) {
                throw new Malformed(431, "http1.too_many_headers");
            }
        }
        if (!nominated.isEmpty()) {
            dropNominated();
        }
    }

    private void clear() {
        headers = new Headers();
        host = "";
        hosts = 0;
        contentLength = -1;
        chunked = false;
        otherCoding = false;
        close = false;
        keepAlive = false;
        connectionUpgrade = false;
        expectContinue = false;
        nominated = "";
        fields = 0;
    }

    private int requestLine(byte[] b, int from, int end) throws Malformed {
        var at = from;
        while (TOKEN[b[at] & 0xff] != 0) {
            at++;
        }
        if (at == from || b[at] != ' ') {
            throw codecError();
        }
        method = method(b, from, at);
        if (!dialect.customMethods() && !Methods.known(method)) {
            throw codecError();
        }
        var start = ++at;
        while (b[at] > ' ' && b[at] != 0x7f) {
            at++;
        }
        if (at > start && (b[at] == '\r' || b[at] == '\n')) {
            throw new Malformed(426, "low_version"); // HTTP/0.9 has no version
        }
        if (at == start || b[at] != ' ') {
            throw codecError();
        }
        target = new String(b, start, at - start, StandardCharsets.ISO_8859_1);
        return version(b, at + 1, end, true);
    }

    private static String method(byte[] b, int from, int to) {
        if (to - from == 3 && b[from] == 'G' && b[from + 1] == 'E' && b[from + 2] == 'T') {
            return "GET";
        }
        if (to - from == 4 && b[from] == 'P' && b[from + 1] == 'O' && b[from + 2] == 'S') {
            return b[from + 3] == 'T' ? "POST" : new String(b, from, 4, StandardCharsets.US_ASCII);
        }
        return new String(b, from, to - from, StandardCharsets.US_ASCII);
    }

    private int statusLine(byte[] b, int from, int end) throws Malformed {
        var at = version(b, from, end, false);
        status = 0;
        for (var i = 0; i < 3; i++, at++) {
            if (b[at] < '0' || b[at] > '9') {
                throw codecError();
            }
            status = status * 10 + (b[at] - '0');
        }
        if (status < 100 || b[at] != ' ' && b[at] != '\r' && b[at] != '\n') {
            throw codecError();
        }
        while (b[at] != '\n') {
            at++;
        }
        return at + 1;
    }

    private int version(byte[] b, int at, int end, boolean lineEnds) throws Malformed {
        if (at + 9 > end
                || b[at] != 'H'
                || b[at + 1] != 'T'
                || b[at + 2] != 'T'
                || b[at + 3] != 'P'
                || b[at + 4] != '/'
                || !digit(b[at + 5])
                || b[at + 6] != '.'
                || !digit(b[at + 7])) {
            throw codecError();
        }
        if (b[at + 5] != '1' || b[at + 7] > '1') {
            throw new Malformed(426, "low_version");
        }
        minor = b[at + 7] - '0';
        var next = at + 8;
        if (!lineEnds) {
            if (b[next] != ' ') {
                throw codecError();
            }
            return next + 1;
        }
        if (b[next] == '\r') {
            next++;
        }
        if (b[next] != '\n') {
            throw codecError();
        }
        return next + 1;
    }

    private static boolean digit(byte c) {
        return c >= '0' && c <= '9';
    }

    /// Reads one field line into `into` and answers where the next line begins.
    int field(byte[] b, int from, Headers into) throws Malformed {
        var written = dialect.spelling().keeps() ? written(b, from) : "";
        var at = from;
        var hash = 0;
        for (byte lower; (lower = TOKEN[b[at] & 0xff]) != 0; at++) {
            b[at] = lower;
            hash = 31 * hash + lower;
        }
        if (at == from || b[at] != ':') {
            throw codecError();
        }
        var name = HeaderNames.of(b, from, at, hash);
        if (!written.isEmpty()) {
            spelled(name, written);
        }
        at++;
        while (b[at] == ' ' || b[at] == '\t') {
            at++;
        }
        var start = at;
        while (b[at] >= ' ' && b[at] != 0x7f || b[at] < 0 || b[at] == '\t') {
            at++;
        }
        var stop = at;
        if (b[at] == '\r') {
            at++;
        }
        if (b[at] != '\n') {
            throw new Malformed(
                    400, b[at] == '\r' ? "http1.codec_error" : "http1.invalid_characters");
        }
        while (stop > start && (b[stop - 1] == ' ' || b[stop - 1] == '\t')) {
            stop--;
        }
        var value = new String(b, start, stop - start, StandardCharsets.ISO_8859_1);
        if (dialect.underscores() != Underscores.ALLOW && name.indexOf('_') >= 0) {
            if (dialect.underscores() == Underscores.REFUSE) {
                throw new Malformed(400, "http1.unexpected_underscore");
            }
            return at + 1;
        }
        if (into == headers) {
            keep(name, value);
        } else {
            into.add(name, value);
        }
        return at + 1;
    }

    /// The name of a field before it is brought to lower case.
    private static String written(byte[] b, int from) {
        var at = from;
        while (TOKEN[b[at] & 0xff] != 0) {
            at++;
        }
        return new String(b, from, at - from, StandardCharsets.ISO_8859_1);
    }

    private void spelled(String name, String written) {
        var kept = headers.spellings();
        if (kept == null) {
            kept = new Spellings(dialect.spelling() == Spelling.KEPT_ELSE_PROPER);
            headers.spellings(kept);
        }
        kept.keep(name, written);
    }

    /// End-to-end headers are kept, hop-by-hop ones only noted (RFC 9110, 7.6.1).
    private void keep(String name, String value) throws Malformed {
        switch (name) {
            case "host" -> host(value);
            case "content-length" -> {
                if (contentLength < 0) {
                    headers.add(name, value);
                }
                contentLength(value);
            }
            case "transfer-encoding" -> {
                if (chunked || otherCoding || !value.equalsIgnoreCase("chunked")) {
                    otherCoding = true;
                }
                chunked = true;
            }
            case "connection" -> connection(value);
            case "keep-alive" -> {}
            case "proxy-connection" -> {
                if (request && value.equalsIgnoreCase("close")) {
                    close = true; // as clients of HTTP/1.0 said it to proxies
                }
            }
            case "te" -> {
                if (acceptsTrailers(value) && headers.get(name) == null) {
                    headers.add(name, "trailers"); // the codings are this connection's own
                }
            }
            case "expect" -> {
                if (request && value.equalsIgnoreCase("100-continue")) {
                    expectContinue = true;
                    if (dialect.forwardExpect()) {
                        headers.add(name, value);
                    }
                } else {
                    headers.add(name, value);
                }
            }
            default -> headers.add(name, value);
        }
    }

    private static boolean acceptsTrailers(String value) {
        if (value.equalsIgnoreCase("trailers")) {
            return true;
        }
        for (var coding : value.split(",", -1)) {
            if (coding.strip().equalsIgnoreCase("trailers")) {
                return true;
            }
        }
        return false;
    }

    private void host(String value) {
        hosts++;
        if (request) {
            host = value;
        } else {
            headers.add("host", value);
        }
    }

    private void contentLength(String value) throws Malformed {
        var length = 0L;
        if (value.isEmpty() || value.length() > 18) {
            throw new Malformed(400, "http1.codec_error");
        }
        for (var i = 0; i < value.length(); i++) {
            var digit = value.charAt(i) - '0';
            if (digit < 0 || digit > 9) {
                throw new Malformed(400, "http1.codec_error");
            }
            length = length * 10 + digit;
        }
        if (contentLength >= 0) { // not even the same twice, as Envoy
            throw new Malformed(400, "http1.codec_error");
        }
        contentLength = length;
    }

    private void connection(String value) {
        if (value.equalsIgnoreCase("keep-alive")) {
            keepAlive = true;
            return;
        }
        for (var token : value.split(",", -1)) {
            switch (token.strip().toLowerCase(java.util.Locale.ROOT)) {
                case "close" -> close = true;
                case "keep-alive" -> keepAlive = true;
                case "upgrade" -> connectionUpgrade = true;
                case "" -> {}
                default -> nominated += token.strip().toLowerCase(java.util.Locale.ROOT) + ",";
            }
        }
    }

    private void dropNominated() {
        for (var name : nominated.split(",", -1)) {
            // content-length and host decide framing and routing: no peer may have them dropped
            if (!name.equals("content-length") && !name.equals("te")) {
                headers.remove(name);
            }
        }
    }

    private static Malformed codecError() {
        return new Malformed(400, "http1.codec_error");
    }
}
