package dev.serin.proxy.upstream.pool;

import dev.serin.proxy.upstream.Host;
import dev.serin.proxy.upstream.LiveCluster;
import dev.serin.proxy.worker.Worker;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelOption;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.resolver.NoopAddressResolverGroup;

import org.jspecify.annotations.Nullable;

import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.net.UnixDomainSocketAddress;

/// Opens connections to hosts, as the cluster asks: its own end, its time limit, the sockets' mark.
public final class Connector {
    private Connector() {}

    /// Begins to connect; the future completes on the worker's loop.
    public static ChannelFuture connect(
            Worker worker, LiveCluster cluster, Host host, ChannelHandler handler) {
        var v6 = host.address().getAddress() instanceof Inet6Address;
        var config = cluster.config();
        var sockets = cluster.sockets();
        var client =
                new Bootstrap()
                        .group(worker.loop())
                        .channelFactory(() ->
                                host.endpoint().address().pipe()
                                        ? sockets.transport().newPipe()
                                        : sockets.newClient(v6))
                        .resolver(NoopAddressResolverGroup.INSTANCE)
                        .option(
                                ChannelOption.CONNECT_TIMEOUT_MILLIS,
                                (int) config.connectTimeout().toMillis())
                        .handler(handler);
        if (host.endpoint().address().pipe()) {
            var path = host.endpoint().address().host();
            return client.connect(
                    sockets.transport() == dev.serin.proxy.socket.Transport.EPOLL
                            ? new DomainSocketAddress(path)
                            : UnixDomainSocketAddress.of(path));
        }
        client.option(ChannelOption.TCP_NODELAY, true);
        sockets.mark(client);
        SocketOptions.set(client, config.sockets(), sockets.transport(), v6);
        var bind = bind(cluster, v6);
        if (bind == null) {
            return client.connect(host.address());
        }
        if (sockets.transport() == dev.serin.proxy.socket.Transport.EPOLL && bind.getPort() == 0) {
            client.option(EpollChannelOption.IP_BIND_ADDRESS_NO_PORT, true);
        }
        return client.connect(host.address(), bind);
    }

    private static @Nullable InetSocketAddress bind(LiveCluster cluster, boolean v6) {
        for (var address : cluster.config().bind()) {
            if (address.getAddress() instanceof Inet6Address == v6) {
                return address;
            }
        }
        return null;
    }
}
