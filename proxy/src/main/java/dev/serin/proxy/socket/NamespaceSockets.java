package dev.serin.proxy.socket;

import dev.serin.base.net.NetworkNamespace;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.unix.IntegerUnixChannelOption;

/// Sockets of a pod's network namespace, made on the thread that has entered it. Those towards
/// hosts carry a mark, by which the pod's packet rules let them out.
///
/// @param transport must be epoll: NIO makes its sockets' file descriptors in the same way, but
///   cannot mark them
/// @param mark SO_MARK; without the right to set it connecting fails, so traffic never loops
public record NamespaceSockets(NetworkNamespace namespace, Transport transport, int mark)
        implements Sockets {
    private static final IntegerUnixChannelOption SO_MARK =
            new IntegerUnixChannelOption("SO_MARK", 1, 36);

    @Override
    public ServerChannel newServer(boolean v6) {
        return namespace.call(() -> transport.newServer(v6));
    }

    @Override
    public Channel newClient(boolean v6) {
        return namespace.call(() -> transport.newClient(v6));
    }

    @Override
    public DatagramChannel newDatagram(boolean v6) {
        return namespace.call(() -> transport.newDatagram(v6));
    }

    @Override
    public void mark(Bootstrap client) {
        if (transport == Transport.EPOLL) {
            client.option(EpollChannelOption.TCP_USER_TIMEOUT, 30_000)
                    // Inbound sockets bind 127.0.0.6: without this its ports run out at 28,000.
                    .option(EpollChannelOption.IP_BIND_ADDRESS_NO_PORT, true)
                    .option(SO_MARK, mark);
        }
    }
}
