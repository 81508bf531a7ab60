package dev.serin.proxy.http.codec.h2;

import dev.serin.proxy.http.Headers;
import dev.serin.proxy.http.codec.Authority;
import dev.serin.proxy.http.codec.HeaderNames;
import dev.serin.proxy.http.codec.Http1Limits.Underscores;

import org.jspecify.annotations.Nullable;

/// The fields of one header block as they come off the wire, sorted into what HTTP/2 says with
/// pseudo fields and what is a message's own, with what RFC 9113, 8.2 and 8.3, forbids. Reused for
/// the next block of its connection; the headers are new each time.
final class HeadBlock {
    private static final int OVERHEAD = 32;
    private static final String TOO_LARGE = "http2.header_list_size_too_large";
    private static final String TOO_MANY = "http2.too_many_headers";

    private final boolean requests;
    private final int maxHead;
    private final int maxHeaders;
    private final Underscores underscores;
    private final boolean extended;
    Headers headers = new Headers(0);
    @Nullable String method;
    @Nullable String path;
    @Nullable String scheme;
    @Nullable String authority;
    @Nullable String protocol;
    @Nullable String host;
    int status;
    long contentLength;
    boolean malformed;

    /// What is wrong that only this proxy minds, as `%RESPONSE_CODE_DETAILS%`; null for nothing.
    @Nullable String tooMuch;

    boolean expectContinue;
    private boolean regular;
    private boolean trailers;
    private int cookie;
    private int octets;
    private int fields;

    /// @param requests whether blocks are of requests
    HeadBlock(boolean requests, Http2Limits limits) {
        this.requests = requests;
        this.maxHead = limits.maxHead();
        this.maxHeaders = limits.maxHeaders();
        this.underscores = limits.underscores();
        this.extended = limits.connect();
    }

    /// Begins with the next block.
    void clear() {
        headers = new Headers(12);
        method = null;
        path = null;
        scheme = null;
        authority = null;
        protocol = null;
        host = null;
        status = 0;
        contentLength = -1;
        malformed = false;
        tooMuch = null;
        expectContinue = false;
        regular = false;
        cookie = -1;
        octets = 0;
        fields = 0;
    }

    /// Whether the block is of trailers, which have no pseudo fields.
    void trailers(boolean are) {
        trailers = are;
    }

    void add(String name, String value) {
        octets += name.length() + value.length() + OVERHEAD;
        if (octets > maxHead || ++fields > maxHeaders) {
            tooMuch = octets > maxHead ? TOO_LARGE : TOO_MANY;
            return;
        }
        if (name.isEmpty()) {
            malformed = true;
        } else if (name.charAt(0) == ':') {
            pseudo(name, value);
        } else {
            regular = true;
            regular(name, value);
        }
    }

    private void pseudo(String name, String value) {
        malformed |= regular || trailers;
        switch (name) {
            case ":method" -> {
                method = once(method, value);
                malformed |= !HeaderNames.token(value);
            }
            case ":path" -> {
                path = once(path, value);
                malformed |= !proper(value);
            }
            case ":scheme" -> scheme = once(scheme, value);
            case ":authority" -> {
                authority = once(authority, value);
                malformed |= !Authority.valid(value);
            }
            case ":protocol" -> {
                protocol = once(protocol, value);
                malformed |= !extended;
            }
            case ":status" -> status(value);
            default -> malformed = true;
        }
    }

    private String once(@Nullable String before, String value) {
        malformed |= !requests || before != null;
        return value;
    }

    private void status(String value) {
        malformed |= requests || status != 0 || value.length() != 3;
        for (var i = 0; i < value.length() && i < 3; i++) {
            var digit = value.charAt(i) - '0';
            malformed |= digit < 0 || digit > 9;
            status = status * 10 + digit;
        }
        malformed |= status < 100;
    }

    private void regular(String name, String value) {
        switch (name) {
            case "connection", "keep-alive", "proxy-connection", "transfer-encoding", "upgrade" ->
                    malformed = true;
            case "te" -> {
                if (requests && !value.equalsIgnoreCase("trailers")) {
                    malformed = true;
                }
                headers.add(name, value);
            }
            case "host" -> {
                if (requests) {
                    malformed |= host != null && !value.equals(host);
                    host = value;
                } else {
                    headers.add(name, value);
                }
            }
            case "content-length" -> {
                headers.add(name, value);
                contentLength(value);
            }
            case "cookie" -> cookie(name, value);
            case "expect" -> {
                if (requests && value.equalsIgnoreCase("100-continue")) {
                    expectContinue = true;
                } else {
                    headers.add(name, value);
                }
            }
            default -> {
                if (underscores == Underscores.ALLOW || name.indexOf('_') < 0) {
                    headers.add(name, value);
                } else if (underscores == Underscores.REFUSE) {
                    tooMuch = "http2.unexpected_underscore";
                }
            }
        }
    }

    /// Crumbs become one field again (RFC 9113, 8.2.3).
    private void cookie(String name, String value) {
        if (cookie < 0) {
            cookie = headers.size();
            headers.add(name, value);
        } else {
            headers.setValue(cookie, headers.value(cookie) + "; " + value);
        }
    }

    private void contentLength(String value) {
        var length = 0L;
        malformed |= value.isEmpty() || value.length() > 18;
        for (var i = 0; i < value.length() && !malformed; i++) {
            var digit = value.charAt(i) - '0';
            malformed |= digit < 0 || digit > 9;
            length = length * 10 + digit;
        }
        malformed |= contentLength >= 0; // not even the same twice, as Envoy
        contentLength = length;
    }

    /// Whether these are the pseudo fields of a request; each by itself is right.
    boolean request() {
        if (method == null || authority == null && host == null) {
            return false;
        }
        if (method.equals("CONNECT") && protocol == null) {
            return authority != null && scheme == null && path == null;
        }
        if (protocol != null && !(method.equals("CONNECT") && authority != null)) {
            return false;
        }
        return scheme != null
                && path != null
                && (path.charAt(0) == '/' || path.equals("*") && method.equals("OPTIONS"));
    }

    private static boolean proper(String path) {
        if (path.isEmpty()) {
            return false;
        }
        for (var i = 0; i < path.length(); i++) {
            if (path.charAt(i) <= ' ' || path.charAt(i) == 0x7f) {
                return false;
            }
        }
        return true;
    }

    /// Host and port as the client named them; empty if it did not.
    String authority() {
        var named = authority == null ? host : authority;
        return named == null ? "" : named;
    }
}
