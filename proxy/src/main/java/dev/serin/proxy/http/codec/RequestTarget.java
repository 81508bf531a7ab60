package dev.serin.proxy.http.codec;

import dev.serin.proxy.http.HttpProtocol;
import dev.serin.proxy.http.RequestHead;

/// What an HTTP/1.x request asks for, by its target and its host.
final class RequestTarget {
    private RequestTarget() {}

    /// @throws Malformed if it names no host, several, or what is none
    static RequestHead of(Http1Head head) throws Malformed {
        var http10 = head.minor == 0;
        if (head.hosts == 0 && !http10) {
            throw new Malformed(400, Malformed.NO_HOST);
        }
        if (head.hosts > 1) {
            throw new Malformed(400, "http1.bad_host");
        }
        if (head.fragment) {
            throw new Malformed(400, Malformed.FRAGMENT);
        }
        var target = head.target;
        var authority = head.host;
        if (target.charAt(0) != '/') {
            var scheme = target.indexOf("://");
            if (head.method.equals("CONNECT")) {
                authority = target;
                target = "";
            } else if (scheme > 0) {
                var slash = target.indexOf('/', scheme + 3);
                authority = target.substring(scheme + 3, slash < 0 ? target.length() : slash);
                target = slash < 0 ? "/" : target.substring(slash);
            } else if (!target.equals("*")) {
                throw new Malformed(400, "http1.codec_error");
            }
        }
        if (!HeaderNames.isAuthority(authority)) {
            throw new Malformed(400, "http.invalid_authority");
        }
        return new RequestHead(
                http10 ? HttpProtocol.HTTP10 : HttpProtocol.HTTP11,
                head.method,
                target,
                authority,
                head.headers);
    }
}
