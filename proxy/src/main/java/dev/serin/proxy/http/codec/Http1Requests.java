package dev.serin.proxy.http.codec;

import dev.serin.proxy.http.HttpProtocol;
import dev.serin.proxy.http.RequestHead;
import dev.serin.proxy.http.codec.Http1Limits.Dialect;

/// What a request's head asks for, as HTTP/1 says it: its host and its target.
final class Http1Requests {
    private Http1Requests() {}

    /// @throws Malformed if it may not be asked so
    static RequestHead of(Http1Head head, Dialect dialect) throws Malformed {
        check(head, dialect);
        var protocol = head.minor == 0 ? HttpProtocol.HTTP10 : HttpProtocol.HTTP11;
        var target = head.target;
        var authority = head.host;
        var secure = false;
        if (target.charAt(0) != '/') {
            var scheme = target.indexOf("://");
            if (head.method.equals("CONNECT")) {
                connect(head);
                authority = target;
                target = "";
            } else if (scheme > 0 && dialect.absoluteUrls()) {
                var end = scheme + 3;
                while (end < target.length() && "/?#".indexOf(target.charAt(end)) < 0) {
                    end++;
                }
                authority = target.substring(scheme + 3, end);
                authority = authority.substring(authority.lastIndexOf('@') + 1);
                secure = target.regionMatches(true, 0, "https:", 0, 6);
                if (!secure && !target.regionMatches(true, 0, "http:", 0, 5)) {
                    throw new Malformed(400, "http1.invalid_scheme");
                }
                if (authority.isEmpty()) {
                    throw new Malformed(400, "http1.invalid_url");
                }
                target = end == target.length() ? "/" : target.substring(end);
            } else if (target.equals("*")) {
                if (!head.method.equals("OPTIONS")) {
                    throw new Malformed(400, "http1.invalid_url");
                }
            } else if (scheme <= 0) {
                throw new Malformed(400, "http1.codec_error");
            }
        } else if (head.method.equals("CONNECT")) {
            throw new Malformed(400, "http1.invalid_url");
        }
        var request = new RequestHead(protocol, head.method, target, authority, head.headers);
        if (secure) {
            request.scheme("https");
        }
        if (head.hosts == 0 && authority.isEmpty()) {
            throw new Malformed(400, "missing_host_header", request);
        }
        if (!Authority.valid(authority)) {
            throw new Malformed(400, "http.invalid_authority");
        }
        return request;
    }

    /// A tunnel is asked for by host and port, and has no body.
    private static void connect(Http1Head head) throws Malformed {
        var target = head.target;
        var colon = target.lastIndexOf(':');
        if (colon <= 0 || !target.substring(colon + 1).matches("[0-9]{1,5}")) {
            throw new Malformed(400, "http1.invalid_url");
        }
        if (head.chunked || head.contentLength > 0) {
            throw new Malformed(400, "http1.body_disallowed");
        }
    }

    private static void check(Http1Head head, Dialect dialect) throws Malformed {
        var http10 = head.minor == 0;
        if (http10 && !dialect.accept10()) {
            throw new Malformed(426, "low_version");
        }
        if (http10 && head.chunked) { // no such thing: what reads it otherwise sees other messages
            throw new Malformed(400, "http1.content_length_and_chunked_not_allowed");
        }
        if (head.hosts == 0 && http10) {
            head.host = dialect.host10();
        }
        if (head.hosts > 1) {
            throw new Malformed(400, "http1.bad_host");
        }
    }

    /// Whether the request asks to go on as something else. Whether that is allowed is for its
    /// stream to say; h2c is passed over, as Envoy does.
    static boolean upgrades(Http1Head head) {
        var upgrade = head.headers.get("upgrade");
        if (upgrade == null) {
            return false;
        }
        if (head.connectionUpgrade && head.minor > 0 && !upgrade.equalsIgnoreCase("h2c")) {
            return true;
        }
        head.headers.remove("upgrade");
        return false;
    }
}
