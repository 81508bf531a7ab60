package dev.serin.proxy.http.codec.h2;

import dev.serin.proxy.http.Headers;

import org.jspecify.annotations.Nullable;

/// The fields of one header block as they come off the wire, sorted into what HTTP/2 says with
/// pseudo fields and what is a message's own, with what RFC 9113, 8.2 and 8.3, forbids. Reused for
/// the next block of its connection; the headers are new each time.
final class HeadBlock {
    private static final int OVERHEAD = 32;

    private final boolean requests;
    private final int maxHead;
    private final int maxHeaders;
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
    boolean tooLarge;
    boolean expectContinue;
    private boolean regular;
    private boolean trailers;
    private int cookie;
    private int octets;
    private int fields;

    /// @param requests whether blocks are of requests
    HeadBlock(boolean requests, int maxHead, int maxHeaders) {
        this.requests = requests;
        this.maxHead = maxHead;
        this.maxHeaders = maxHeaders;
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
        tooLarge = false;
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
            tooLarge = true;
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
            case ":method" -> method = once(method, value);
            case ":path" -> path = once(path, value);
            case ":scheme" -> scheme = once(scheme, value);
            case ":authority" -> authority = once(authority, value);
            case ":protocol" -> protocol = once(protocol, value);
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
                if (contentLength < 0) {
                    headers.add(name, value);
                }
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
            default -> headers.add(name, value);
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
        malformed |= contentLength >= 0 && contentLength != length;
        contentLength = length;
    }

    /// Whether these are the pseudo fields of a request.
    ///
    /// @param extended whether extended CONNECT is allowed
    boolean request(boolean extended) {
        if (malformed || method == null) {
            return false;
        }
        if (method.equals("CONNECT") && protocol == null) {
            return authority != null && scheme == null && path == null;
        }
        if (protocol != null && !(extended && method.equals("CONNECT") && authority != null)) {
            return false;
        }
        return scheme != null && path != null && !path.isEmpty() && proper(path);
    }

    private static boolean proper(String path) {
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
