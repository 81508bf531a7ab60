package dev.serin.proxy.network;

import dev.serin.proxy.extension.ConfigProblem;
import dev.serin.proxy.format.Entry;
import dev.serin.proxy.format.LineFormat;
import dev.serin.proxy.http.Headers;
import dev.serin.proxy.http.HttpProtocol;
import dev.serin.proxy.http.RequestHead;
import dev.serin.proxy.http.ResponseHead;
import dev.serin.proxy.route.HeaderChanges;
import dev.serin.proxy.stream.FilterState;
import dev.serin.proxy.stream.Slots;

import io.envoyproxy.envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy.TunnelingConfig;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.function.Supplier;

/// The request whose body carries a connection's octets, as configured. Immutable. As Envoy's
/// TunnelingConfig.
///
/// @param host to whom the octets shall go
/// @param postPath null for CONNECT
/// @param keepsHead whether the answer's head is left in the filter state
/// @param keepsTrailers the same of its trailers
record TunnelRequest(
        LineFormat host,
        @Nullable String postPath,
        HeaderChanges headers,
        boolean keepsHead,
        boolean keepsTrailers) {
    private static final String STATE = "envoy.tcp_proxy.propagate_response_";

    /// The client's connection, as the request may tell of it.
    ///
    /// @param now the connection so far
    record Client(Slots slots, Supplier<Entry> now) {}

    /// @throws ConfigProblem naming the field that cannot be done
    static TunnelRequest compile(TunnelingConfig config) throws ConfigProblem {
        if (config.getHostname().isEmpty()) {
            throw new ConfigProblem("hostname", "is missing");
        }
        if (!config.getUsePost() && !config.getPostPath().isEmpty()) {
            throw new ConfigProblem("post_path", "is for use_post alone");
        }
        var path = config.getPostPath().isEmpty() ? "/" : config.getPostPath();
        return new TunnelRequest(
                host(config.getHostname()),
                config.getUsePost() ? path : null,
                added(config),
                config.getPropagateResponseHeaders(),
                config.getPropagateResponseTrailers());
    }

    private static LineFormat host(String format) throws ConfigProblem {
        try {
            return LineFormat.text(format);
        } catch (ConfigProblem e) {
            throw new ConfigProblem("hostname", e.reason());
        }
    }

    private static HeaderChanges added(TunnelingConfig config) throws ConfigProblem {
        try {
            return HeaderChanges.of(config.getHeadersToAddList(), List.of());
        } catch (ConfigProblem e) {
            throw e.under("headers_to_add");
        }
    }

    /// @param tls whether the host is spoken to over TLS
    RequestHead head(Client client, boolean tls) {
        var to = new StringBuilder();
        host.print(client.now().get(), to);
        var head =
                new RequestHead(
                        HttpProtocol.HTTP11,
                        postPath == null ? "CONNECT" : "POST",
                        postPath == null ? "" : postPath,
                        to.toString(),
                        new Headers());
        head.scheme(tls ? "https" : "http");
        headers.apply(head.headers(), client.now());
        return head;
    }

    /// Whether the tunnel is there after an answer of this status: RFC 9110, 9.3.6 says any 2xx,
    /// Envoy takes of HTTP/2 200 alone.
    static boolean accepted(HttpProtocol protocol, int status) {
        return protocol == HttpProtocol.HTTP2 ? status == 200 : status / 100 == 2;
    }

    void keepHead(Slots slots, ResponseHead head) {
        if (keepsHead) {
            var all = new Headers().add(":status", Integer.toString(head.status()));
            for (var i = 0; i < head.headers().size(); i++) {
                all.add(head.headers().name(i), head.headers().value(i));
            }
            FilterState.put(slots, STATE + "headers", all);
        }
    }

    void keepTrailers(Slots slots, Headers trailers) {
        if (keepsTrailers) {
            FilterState.put(slots, STATE + "trailers", trailers);
        }
    }
}
