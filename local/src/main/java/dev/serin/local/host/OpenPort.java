package dev.serin.local.host;

import dev.serin.base.lifecycle.LeftOver;
import dev.serin.base.net.HostPort;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.socket.DuplexChannel;
import io.netty.util.concurrent.GlobalEventExecutor;

import org.jspecify.annotations.Nullable;

import java.net.InetSocketAddress;
import java.util.function.Supplier;

/// A listening socket of the machine's that was passed into the mesh: accepts here, and relays each
/// connection to the backend of the moment.
final class OpenPort implements HostPorts.Opened {
    private final EpollServerSocketChannel listening;
    private final ChannelGroup open = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE, true);
    private final HostPort address;
    private final LeftOver.Held held;

    OpenPort(
            String host,
            int descriptor,
            EventLoopGroup group,
            Supplier<@Nullable InetSocketAddress> backend) {
        listening = new EpollServerSocketChannel(descriptor);
        address = new HostPort(host, listening.localAddress().getPort());
        held = LeftOver.hold("host-port", address.toString());
        listening
                .pipeline()
                .addLast(
                        new ChannelInboundHandlerAdapter() {
                            @Override
                            public void channelRead(
                                    ChannelHandlerContext context, Object accepted) {
                                accept((EpollSocketChannel) accepted, group, backend);
                            }
                        });
        group.register(listening).syncUninterruptibly();
    }

    private void accept(
            EpollSocketChannel accepted,
            EventLoopGroup group,
            Supplier<@Nullable InetSocketAddress> backend) {
        accepted.config().setAutoRead(false).setAllowHalfClosure(true).setTcpNoDelay(true);
        open.add(accepted);
        var relay = Relay.of(accepted, DuplexChannel::close);
        group.register(accepted)
                .addListener(_ -> {
                    var to = backend.get();
                    if (to == null) {
                        accepted.close();
                    } else {
                        relay.join(new EpollSocketChannel(), to, _ -> {});
                    }
                });
    }

    @Override
    public HostPort address() {
        return address;
    }

    @Override
    public void close() {
        listening.close().awaitUninterruptibly(5000);
        open.close().awaitUninterruptibly(5000);
        held.release();
    }
}
