package dev.serin.proxy.http.router;

import dev.serin.proxy.stream.UpstreamAlpn;
import dev.serin.proxy.transport.ClusterTransports.AutoNames;
import dev.serin.proxy.transport.ConnectionWish;
import dev.serin.proxy.transport.ProxiedClient;
import dev.serin.proxy.upstream.LiveCluster;

import org.jspecify.annotations.Nullable;

import java.util.List;

/// What a stream asks of the connection that it goes out on.
final class WishedConnection {
    private WishedConnection() {}

    static ConnectionWish of(LiveCluster cluster, RoutedStream stream) {
        var alpn = stream.slots().get(UpstreamAlpn.SLOT);
        var config = cluster.config().transports();
        if (alpn == null && !config.asks()) {
            return ConnectionWish.NONE;
        }
        var auto = config.auto();
        var name = auto.equals(AutoNames.NONE) ? null : name(stream, auto);
        var downstream = stream.downstream();
        return new ConnectionWish(
                auto.serverName() ? name : null,
                auto.verify() ? name : null,
                alpn == null ? null : List.copyOf(alpn.protocols()),
                List.of(),
                config.announced()
                        ? new ProxiedClient(downstream.remote(), downstream.local(), List.of())
                        : null);
    }

    /// The host of the request, without its port.
    private static @Nullable String name(RoutedStream stream, AutoNames auto) {
        var request = stream.request();
        var named = auto.header().isEmpty() ? null : request.headers().get(auto.header());
        var text = named == null || named.isEmpty() ? request.authority() : named;
        if (text.isEmpty()) {
            return null;
        }
        var colon = text.lastIndexOf(':');
        var host = colon > text.lastIndexOf(']') ? text.substring(0, colon) : text;
        return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
    }
}
