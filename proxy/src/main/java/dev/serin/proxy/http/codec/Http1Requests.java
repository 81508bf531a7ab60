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
                target = end == target.length() ? "/" : target.substring(end);
            } else if (scheme <= 0 && !target.equals("*")) {
                throw new Malformed(400, "http1.codec_error");
            }
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
