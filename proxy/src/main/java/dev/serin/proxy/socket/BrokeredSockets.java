package dev.serin.proxy.socket;

import dev.serin.base.broker.SocketPool;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.socket.DatagramChannel;

/// Sockets of a network namespace that this process could not enter, made and marked by the socket
/// broker. Each takes the place of the one that its channel was made with: a channel that is handed
/// a socket takes it for connected. Always epoll.
public record BrokeredSockets(SocketPool pool) implements Sockets {
    @Override
    public Transport transport() {
        return Transport.EPOLL;
    }

    @Override
    public ServerChannel newServer(boolean v6) {
        var channel = (EpollServerSocketChannel) transport().newServer(v6);
        return replaced(
                channel,
                () -> {
                    pool.becomeServer(channel.fd().intValue(), v6);
                    // What its constructor has set on the socket that it no longer has.
                    channel.config().setReuseAddress(true);
                });
    }

    @Override
    public Channel newClient(boolean v6) {
        var channel = (EpollSocketChannel) transport().newClient(v6);
        return replaced(
                channel,
                () -> {
                    pool.becomeClient(channel.fd().intValue(), v6);
                    channel.config().setTcpNoDelay(true);
                });
    }

    @Override
    public DatagramChannel newDatagram(boolean v6) {
        var channel = (EpollDatagramChannel) transport().newDatagram(v6);
        return replaced(channel, () -> pool.becomeDatagram(channel.fd().intValue(), v6));
    }

    @Override
    public void mark(Bootstrap client) {
        client.option(EpollChannelOption.TCP_USER_TIMEOUT, 30_000)
                // Inbound sockets bind 127.0.0.6: without this its ports run out at 28,000.
                .option(EpollChannelOption.IP_BIND_ADDRESS_NO_PORT, true);
    }

    private static <C extends Channel> C replaced(C channel, Runnable replace) {
        try {
            replace.run();
            return channel;
        } catch (RuntimeException e) {
            channel.unsafe().closeForcibly();
            throw e;
        }
    }
}
