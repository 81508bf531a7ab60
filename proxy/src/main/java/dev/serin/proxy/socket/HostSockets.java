package dev.serin.proxy.socket;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.unix.IntegerUnixChannelOption;

/// Sockets of this process's own network namespace.
///
/// @param mark SO_MARK of upstream sockets, 0 for none; needs CAP_NET_ADMIN and epoll
public record HostSockets(Transport transport, int mark) implements Sockets {
    private static final IntegerUnixChannelOption SO_MARK =
            new IntegerUnixChannelOption("SO_MARK", 1, 36);

    @Override
    public ServerChannel newServer(boolean v6) {
        return transport.newServer(v6);
    }

    @Override
    public Channel newClient(boolean v6) {
        return transport.newClient(v6);
    }

    @Override
    public DatagramChannel newDatagram(boolean v6) {
        return transport.newDatagram(v6);
    }

    @Override
    public void mark(Bootstrap client) {
        if (transport == Transport.EPOLL) {
            client.option(EpollChannelOption.TCP_USER_TIMEOUT, 30_000);
            if (mark != 0) {
                client.option(SO_MARK, mark);
            }
        }
    }
}
