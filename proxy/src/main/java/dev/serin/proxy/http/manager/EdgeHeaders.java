package dev.serin.proxy.http.manager;

import dev.serin.base.chance.Draw;
import dev.serin.proxy.http.Headers;
import dev.serin.proxy.http.RequestHead;
import dev.serin.proxy.http.manager.HttpManager.Edge;

import java.net.InetAddress;
import java.net.InetSocketAddress;

/// What the connection manager does to the headers of each request, as Envoy's does.
final class EdgeHeaders {
    private static final String[] OF_THE_MESH = {
        "x-envoy-expected-rq-timeout-ms",
        "x-envoy-upstream-rq-timeout-ms",
        "x-envoy-upstream-rq-per-try-timeout-ms",
        "x-envoy-retry-on",
        "x-envoy-retry-grpc-on",
        "x-envoy-max-retries",
        "x-envoy-hedge-on-per-try-timeout",
        "x-envoy-original-path",
        "x-envoy-decorator-operation",
    };

    private EdgeHeaders() {}

    /// @param ids the draw `request-id`
    static void request(RequestHead request, Edge edge, InetSocketAddress remote, Draw ids) {
        var headers = request.headers();
        var internal = addresses(headers, edge, remote);
        if (!headers.has("x-forwarded-proto")) {
            headers.add("x-forwarded-proto", request.scheme());
        }
        if (edge.useRemoteAddress() && !internal) {
            for (var name : OF_THE_MESH) {
                headers.remove(name);
            }
        }
        if (internal) {
            headers.set("x-envoy-internal", "true");
        } else {
            headers.remove("x-envoy-internal");
        }
        if (edge.requestId()) {
            var keep = edge.keepRequestId() || !edge.useRemoteAddress() || internal;
            if (!keep || !headers.has("x-request-id")) {
                headers.set("x-request-id", requestId(ids));
            }
        }
        if (edge.stripPort()) {
            stripPort(request);
        }
    }

    /// Whether the request comes from inside, by the addresses that it shows.
    private static boolean addresses(Headers headers, Edge edge, InetSocketAddress remote) {
        var forwarded = headers.get("x-forwarded-for");
        if (!edge.useRemoteAddress()) {
            return forwarded != null && forwarded.indexOf(',') < 0 && privateLiteral(forwarded);
        }
        var address = remote.getAddress();
        var internal = forwarded == null && privateAddress(address);
        var text = address.getHostAddress();
        if (edge.trustedHops() == 0) {
            if (!internal) {
                headers.set("x-envoy-external-address", text);
            }
            headers.set("x-forwarded-proto", "http");
        }
        if (!edge.skipXffAppend()) {
            headers.set("x-forwarded-for", forwarded == null ? text : forwarded + "," + text);
        }
        return internal;
    }

    private static boolean privateAddress(InetAddress address) {
        return address.isSiteLocalAddress()
                || address.isLoopbackAddress()
                || (address.getAddress()[0] & 0xfe) == 0xfc && address.getAddress().length == 16;
    }

    private static boolean privateLiteral(String text) {
        try {
            return privateAddress(InetAddress.ofLiteral(text.strip()));
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    /// A random UUID.
    private static String requestId(Draw ids) {
        var text = new byte[36];
        var bits = 0;
        for (int i = 0, left = 0; i < 36; i++) {
            if (i == 8 || i == 13 || i == 18 || i == 23) {
                text[i] = '-';
                continue;
            }
            if (left == 0) {
                bits = ids.below(1 << 28);
                left = 7;
            }
            var digit = bits & 15;
            bits >>>= 4;
            left--;
            digit = i == 14 ? 4 : i == 19 ? digit & 3 | 8 : digit;
            text[i] = (byte) "0123456789abcdef".charAt(digit);
        }
        return new String(text, java.nio.charset.StandardCharsets.ISO_8859_1);
    }

    private static void stripPort(RequestHead request) {
        var authority = request.authority();
        var colon = authority.lastIndexOf(':');
        if (colon > authority.lastIndexOf(']')) {
            request.authority(authority.substring(0, colon));
        }
    }
}
