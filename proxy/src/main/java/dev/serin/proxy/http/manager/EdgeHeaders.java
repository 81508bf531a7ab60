package dev.serin.proxy.http.manager;

import dev.serin.base.chance.Draw;
import dev.serin.proxy.http.Headers;
import dev.serin.proxy.http.HttpProtocol;
import dev.serin.proxy.http.RequestHead;
import dev.serin.proxy.http.manager.HttpManager.Edge;
import dev.serin.proxy.socket.IpLiteral;
import dev.serin.proxy.stream.Downstream;

import io.netty.util.NetUtil;

import org.jspecify.annotations.Nullable;

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
        "x-envoy-retriable-status-codes",
        "x-envoy-retriable-header-names",
        "x-envoy-hedge-on-per-try-timeout",
        "x-envoy-original-path",
        "x-envoy-decorator-operation",
    };

    private EdgeHeaders() {}

    /// @param ids the draw `request-id` Answers the connection, with the client that this request
    ///   is believed to come from.
    static Downstream request(RequestHead request, Edge edge, Downstream downstream, Draw ids) {
        var headers = request.headers();
        if (downstream.tls() != null && request.protocol() != HttpProtocol.HTTP2) {
            request.scheme("https"); // HTTP/1 does not say it
        }
        ClientCertificate.tell(headers, edge.certificate(), downstream.tls());
        var forwarded = headers.joined("x-forwarded-for");
        var trusted = trusted(forwarded, edge, downstream);
        var internal = internal(forwarded, edge, trusted == null ? downstream.remote() : trusted);
        if (edge.useRemoteAddress()) {
            forward(headers, forwarded, edge, downstream, internal);
        }
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
        if (edge.via() != null) {
            via(headers, edge.via());
        }
        return trusted == null ? downstream : downstream.from(trusted);
    }

    /// Adds this proxy to those that a message came through.
    static void via(Headers headers, String via) {
        var before = headers.joined("via");
        headers.set("via", before == null ? via : before + ", " + via);
    }

    /// The client by `x-forwarded-for`, as far as the hops before this proxy are trusted; null
    /// where it is the connection's own other end.
    private static @Nullable InetSocketAddress trusted(
            @Nullable String forwarded, Edge edge, Downstream downstream) {
        var skipped = edge.useRemoteAddress() ? edge.trustedHops() - 1 : edge.trustedHops();
        if (forwarded == null || skipped < 0) {
            return null;
        }
        var end = forwarded.length();
        for (; skipped > 0; skipped--) {
            end = forwarded.lastIndexOf(',', end - 1);
            if (end < 0) {
                return null;
            }
        }
        var from = forwarded.lastIndexOf(',', end - 1) + 1;
        var address = literal(forwarded.substring(from, end).strip());
        if (address == null) {
            return null;
        }
        return address.equals(downstream.remote().getAddress())
                ? null
                : new InetSocketAddress(address, 0);
    }

    /// Whether the request comes from inside: nobody forwarded it before, and its client's address
    /// is configured to be of the inside.
    private static boolean internal(
            @Nullable String forwarded, Edge edge, InetSocketAddress client) {
        if (edge.internal().isEmpty()) {
            return false;
        }
        var single =
                edge.useRemoteAddress()
                        ? forwarded == null
                        : forwarded != null && forwarded.indexOf(',') < 0;
        return single && edge.internal().stream().anyMatch(c -> c.holds(client.getAddress()));
    }

    /// What an edge proxy tells those behind it of the client.
    private static void forward(
            Headers headers,
            @Nullable String forwarded,
            Edge edge,
            Downstream downstream,
            boolean internal) {
        var text = NetUtil.toAddressString(downstream.remote().getAddress());
        if (edge.trustedHops() == 0) {
            if (!internal) {
                headers.set("x-envoy-external-address", text);
            }
            headers.set("x-forwarded-proto", downstream.tls() == null ? "http" : "https");
        }
        if (!edge.skipXffAppend()) {
            headers.set("x-forwarded-for", forwarded == null ? text : forwarded + "," + text);
        }
    }

    private static @Nullable InetAddress literal(String text) {
        try {
            return IpLiteral.of(text);
        } catch (IllegalArgumentException e) {
            return null; // a client may write there what it likes
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
}
