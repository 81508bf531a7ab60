package dev.serin.proxy.http.manager;

import dev.serin.base.chance.Draw;
import dev.serin.proxy.extension.ProxyName;
import dev.serin.proxy.http.Headers;
import dev.serin.proxy.http.HttpProtocol;
import dev.serin.proxy.http.RequestHead;
import dev.serin.proxy.http.manager.HttpManager.Edge;
import dev.serin.proxy.stream.Downstream;

import io.netty.util.NetUtil;

import org.jspecify.annotations.Nullable;

import java.net.InetAddress;
import java.net.InetSocketAddress;

/// What the connection manager does to the headers of each request, as Envoy's does.
final class EdgeHeaders {
    /// What only those inside may ask for, or tell.
    private static final String[] OF_THE_MESH = {
        "x-envoy-expected-rq-timeout-ms",
        "x-envoy-force-trace",
        "x-envoy-hedge-on-per-try-timeout",
        "x-envoy-ip-tags",
        "x-envoy-max-retries",
        "x-envoy-original-url",
        "x-envoy-retriable-header-names",
        "x-envoy-retriable-status-codes",
        "x-envoy-retry-grpc-on",
        "x-envoy-retry-on",
        "x-envoy-upstream-alt-stat-name",
        "x-envoy-upstream-rq-per-try-timeout-ms",
        "x-envoy-upstream-rq-timeout-alt-response",
        "x-envoy-upstream-rq-timeout-ms",
        "x-envoy-upstream-stream-duration-ms",
    };

    /// What the proxy behind the edge may tell, but none before it.
    private static final String[] BEHIND_THE_EDGE = {
        "x-envoy-decorator-operation",
        "x-envoy-downstream-service-cluster",
        "x-envoy-downstream-service-node",
        "x-envoy-original-host",
        "x-envoy-original-path",
    };

    private EdgeHeaders() {}

    /// @param ids the draw `request-id` Answers the connection, with the client that this request
    ///   is believed to come from.
    static Downstream request(RequestHead request, Edge edge, Downstream downstream, Draw ids) {
        var headers = request.headers();
        ClientCertificate.tell(headers, edge.certificate(), downstream.tls());
        var forwarded = headers.joined("x-forwarded-for");
        var origins = edge.origins();
        var found = origins == null ? null : origins.find(headers, downstream);
        var told = origins == null ? told(forwarded, edge) : found == null ? null : found.address();
        var client = told == null ? downstream.remote().getAddress() : told;
        var internal =
                origins == null
                        ? internal(forwarded, edge, edge.useRemoteAddress() ? client : told)
                        : found != null && found.mayBeInside() && inside(edge, found.address());
        if (edge.useRemoteAddress()) {
            forward(headers, edge, downstream);
        }
        if (edge.forwardsPort()) {
            port(headers, edge, downstream);
        }
        if (!headers.has("x-forwarded-proto")) {
            headers.add("x-forwarded-proto", downstream.tls() == null ? "http" : "https");
        }
        var said = request.protocol() == HttpProtocol.HTTP2 || request.scheme().equals("https");
        if (!said) {
            request.scheme(scheme(headers, downstream));
        }
        if (edge.scheme() != null) {
            request.scheme(edge.scheme());
            headers.set("x-forwarded-proto", edge.scheme());
        }
        trust(headers, internal, edge.useRemoteAddress());
        if (edge.useRemoteAddress() && !internal) {
            headers.set("x-envoy-external-address", NetUtil.toAddressString(client));
        }
        if (edge.agent() != null) {
            introduce(headers, edge.agent());
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
        return told == null || told.equals(downstream.remote().getAddress())
                ? downstream
                : downstream.from(new InetSocketAddress(told, 0));
    }

    /// What the connection manager does to the headers of each response.
    static void response(Headers headers, RequestHead request, Edge edge) {
        switch (edge.server()) {
            case OVERWRITE -> headers.set("server", edge.serverName());
            case APPEND_IF_ABSENT -> {
                if (!headers.has("server")) {
                    headers.add("server", edge.serverName());
                }
            }
            case PASS_THROUGH -> {}
        }
        if (edge.via() != null) {
            via(headers, edge.via());
        }
        if (edge.requestIdInResponse() || request.headers().has("x-envoy-force-trace")) {
            var id = request.headers().get("x-request-id");
            if (id != null) {
                headers.set("x-request-id", id);
            }
        }
    }

    /// Tells who asks in the client's name.
    private static void introduce(Headers headers, ProxyName agent) {
        headers.set("x-envoy-downstream-service-cluster", agent.cluster());
        var client = headers.get("user-agent");
        if (client == null || client.isEmpty()) {
            headers.set("user-agent", agent.cluster());
        }
        if (!agent.node().isEmpty()) {
            headers.set("x-envoy-downstream-service-node", agent.node());
        }
    }

    private static String scheme(Headers headers, Downstream downstream) {
        return switch (headers.get("x-forwarded-proto")) {
            case "http" -> "http";
            case "https" -> "https";
            case null, default -> downstream.tls() == null ? "http" : "https";
        };
    }

    /// Takes away what others may not say.
    private static void trust(Headers headers, boolean internal, boolean edge) {
        if (internal) {
            headers.set("x-envoy-internal", "true");
            return;
        }
        headers.remove("x-envoy-internal");
        for (var name : OF_THE_MESH) {
            headers.remove(name);
        }
        if (edge) {
            for (var name : BEHIND_THE_EDGE) {
                headers.remove(name);
            }
        }
    }

    /// Adds this proxy to those that a message came through.
    static void via(Headers headers, String via) {
        var before = headers.joined("via");
        headers.set("via", before == null ? via : before + ", " + via);
    }

    /// The client by `x-forwarded-for`, as far as the hops before this proxy are trusted; null
    /// where it is not told.
    private static @Nullable InetAddress told(@Nullable String forwarded, Edge edge) {
        var skipped = edge.useRemoteAddress() ? edge.trustedHops() - 1 : edge.trustedHops();
        return forwarded == null || skipped < 0 ? null : told(forwarded, skipped);
    }

    private static void port(Headers headers, Edge edge, Downstream downstream) {
        var first = edge.useRemoteAddress() && edge.trustedHops() == 0;
        if (first || !headers.has("x-forwarded-port")) {
            headers.set("x-forwarded-port", Integer.toString(downstream.local().getPort()));
        }
    }

    /// The last of `forwarded` but so many.
    static @Nullable InetAddress told(String forwarded, int but) {
        var skipped = but;
        var end = forwarded.length();
        for (; skipped > 0; skipped--) {
            end = forwarded.lastIndexOf(',', end - 1);
            if (end < 0) {
                return null;
            }
        }
        var from = forwarded.lastIndexOf(',', end - 1) + 1;
        return ClientOrigins.literal(forwarded.substring(from, end).strip());
    }

    /// Whether the request comes from inside: nobody forwarded it before, and its client's address
    /// is configured to be of the inside.
    private static boolean internal(
            @Nullable String forwarded, Edge edge, @Nullable InetAddress client) {
        if (edge.internal().isEmpty() || client == null) {
            return false;
        }
        var single =
                edge.useRemoteAddress()
                        ? forwarded == null
                        : forwarded != null && forwarded.indexOf(',') < 0;
        return single && inside(edge, client);
    }

    private static boolean inside(Edge edge, InetAddress client) {
        return edge.internal().stream().anyMatch(c -> c.holds(client));
    }

    /// Tells that the message came from the client's connection.
    static void appendForwarded(Headers headers, Downstream downstream) {
        var before = headers.joined("x-forwarded-for");
        var text = NetUtil.toAddressString(downstream.remote().getAddress());
        headers.set("x-forwarded-for", before == null ? text : before + "," + text);
    }

    /// What an edge proxy tells those behind it of the client.
    private static void forward(Headers headers, Edge edge, Downstream downstream) {
        if (!edge.skipXffAppend()) {
            appendForwarded(headers, downstream);
        }
        if (edge.trustedHops() == 0) {
            headers.set("x-forwarded-proto", downstream.tls() == null ? "http" : "https");
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
