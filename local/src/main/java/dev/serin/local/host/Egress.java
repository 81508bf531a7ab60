package dev.serin.local.host;

import dev.serin.base.lifecycle.LeftOver;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.channel.unix.RawUnixChannelOption;
import io.netty.util.concurrent.GlobalEventExecutor;

import org.jspecify.annotations.Nullable;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/// The way out of the mesh: the packet rules lead TCP to outside addresses here, and each
/// connection is relayed to where it was meant to go by a socket of the machine's own network. The
/// kernel has accepted it by then, so a host that refuses or can't be reached is felt as a reset.
/// On the event loops.
public final class Egress implements AutoCloseable {
    private static final RawUnixChannelOption ORIGINAL =
            new RawUnixChannelOption("SO_ORIGINAL_DST", 0, 80, 16);
    private static final int MOST_TOLD = 1000;

    private final HostSockets sockets;
    private final EventLoopGroup group;
    private final Consumer<String> note;
    private final EpollServerSocketChannel listening;
    private final ChannelGroup open = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE, true);
    private final Set<String> told = ConcurrentHashMap.newKeySet();
    private final LeftOver.Held held = LeftOver.hold("egress", "way out");

    /// @param listen where the packet rules lead
    /// @param note told the first failure of each destination
    public Egress(
            HostSockets sockets,
            EventLoopGroup group,
            InetSocketAddress listen,
            Consumer<String> note) {
        this.sockets = sockets;
        this.group = group;
        this.note = note;
        this.listening = new EpollServerSocketChannel(SocketProtocolFamily.INET);
        listening.config().setReuseAddress(true);
        listening
                .pipeline()
                .addLast(
                        new ChannelInboundHandlerAdapter() {
                            @Override
                            public void channelRead(
                                    ChannelHandlerContext context, Object accepted) {
                                accept((EpollSocketChannel) accepted);
                            }
                        });
        group.register(listening).syncUninterruptibly();
        listening.bind(listen).syncUninterruptibly();
    }

    private void accept(EpollSocketChannel accepted) {
        accepted.config().setAutoRead(false).setAllowHalfClosure(true).setTcpNoDelay(true);
        open.add(accepted);
        var relay = Relay.of(accepted, Relay::reset);
        group.register(accepted)
                .addListener(_ -> {
                    var to = destination(accepted);
                    if (to == null || to.equals(accepted.localAddress())) {
                        Relay.reset(accepted);
                        return;
                    }
                    sockets.tcp()
                            .whenCompleteAsync(
                                    (socket, failed) -> {
                                        if (socket == null) {
                                            tell(to, failed);
                                            Relay.reset(accepted);
                                        } else {
                                            relay.join(socket, to, why -> tell(to, why));
                                        }
                                    },
                                    accepted.eventLoop());
                });
    }

    private void tell(InetSocketAddress to, Throwable why) {
        if (told.size() < MOST_TOLD && told.add(to.toString())) {
            note.accept("egress to " + to + ": " + why.getMessage());
        }
    }

    /// Where netfilter says that the connection was meant to go; null if it was not redirected.
    private static @Nullable InetSocketAddress destination(EpollSocketChannel accepted) {
        try {
            var raw = accepted.config().getOption(ORIGINAL);
            return raw == null ? null : read(raw);
        } catch (RuntimeException | UnknownHostException _) {
            return null;
        }
    }

    // A sockaddr_in: family in host order, port in network order.
    private static InetSocketAddress read(ByteBuffer raw) throws UnknownHostException {
        var port = (raw.get(2) & 0xff) << 8 | raw.get(3) & 0xff;
        var address = new byte[4];
        raw.get(4, address);
        return new InetSocketAddress(InetAddress.getByAddress(address), port);
    }

    @Override
    public void close() {
        listening.close().awaitUninterruptibly(5000);
        open.close().awaitUninterruptibly(5000);
        held.release();
    }
}
