package dev.serin.proxy.socket;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.unix.IntegerUnixChannelOption;

import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/// What holds for [Sockets] of every kind, wherever they are made.
final class SocketsContract implements AutoCloseable {
    private static final IntegerUnixChannelOption SO_MARK =
            new IntegerUnixChannelOption("SO_MARK", 1, 36);

    private final Sockets sockets;
    private final EventLoopGroup loops;

    SocketsContract(Sockets sockets) {
        this.sockets = sockets;
        this.loops = new MultiThreadIoEventLoopGroup(1, sockets.transport().ioHandler());
    }

    /// @param mark that sockets towards hosts must carry
    static void hold(Sockets sockets, int mark) throws Exception {
        try (var contract = new SocketsContract(sockets)) {
            for (var address : List.of("127.0.0.1", "::1")) {
                contract.carryBytes(InetAddress.ofLiteral(address), mark);
                contract.sendDatagrams(InetAddress.ofLiteral(address));
            }
            contract.bothFamiliesOnOne();
        }
    }

    /// The address of a listener that answers each line's bytes with the same.
    InetSocketAddress echo(InetAddress address) throws Exception {
        return listen(address, new InetSocketAddress(address, 0));
    }

    private InetSocketAddress listen(InetAddress family, InetSocketAddress at) throws Exception {
        var v6 = family.getAddress().length == 16;
        var channel =
                new ServerBootstrap()
                        .group(loops)
                        .channelFactory(() -> sockets.newServer(v6))
                        .childHandler(
                                new ChannelInitializer<>() {
                                    @Override
                                    protected void initChannel(Channel accepted) {
                                        accepted.pipeline().addLast(new Echo());
                                    }
                                })
                        .bind(at)
                        .sync()
                        .channel();
        assertEquals(true, channel.config().getOption(ChannelOption.SO_REUSEADDR));
        return (InetSocketAddress) channel.localAddress();
    }

    /// A connection; each thing that happens on it, in words, goes into `seen`.
    Channel connect(InetSocketAddress to, BlockingQueue<String> seen) throws Exception {
        var v6 = to.getAddress().getAddress().length == 16;
        var client =
                new Bootstrap()
                        .group(loops)
                        .channelFactory(() -> sockets.newClient(v6))
                        .handler(new Noted(seen));
        sockets.mark(client);
        return client.connect(to).sync().channel();
    }

    private void carryBytes(InetAddress address, int mark) throws Exception {
        var fresh = sockets.newClient(address.getAddress().length == 16);
        assertFalse(fresh.isActive(), "connected before it was told to");
        fresh.unsafe().closeForcibly();

        var to = echo(address);
        var all = new ArrayList<Channel>();
        for (int i = 0; i < 100; i++) {
            var seen = new LinkedBlockingQueue<String>();
            var channel = connect(to, seen);
            all.add(channel);
            assertEquals("active", seen.poll(5, TimeUnit.SECONDS));
            channel.writeAndFlush(text("hello " + i)).sync();
            assertEquals("hello " + i, seen.poll(5, TimeUnit.SECONDS));
            assertEquals(to, channel.remoteAddress());
            assertEquals(true, channel.config().getOption(ChannelOption.TCP_NODELAY));
            if (sockets.transport() == Transport.EPOLL) {
                assertEquals(mark, channel.config().getOption(SO_MARK));
            }
        }
        for (var channel : all) {
            channel.close().sync();
        }

        var refused =
                new Bootstrap()
                        .group(loops)
                        .channelFactory(() -> sockets.newClient(address.getAddress().length == 16))
                        .handler(new Noted(new LinkedBlockingQueue<>()))
                        .connect(new InetSocketAddress(address, 1))
                        .await();
        assertInstanceOf(ConnectException.class, refused.cause());
    }

    private void bothFamiliesOnOne() throws Exception {
        var any = InetAddress.ofLiteral("::");
        var to = listen(any, new InetSocketAddress(any, 0));
        var seen = new LinkedBlockingQueue<String>();
        connect(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), to.getPort()), seen);
        assertEquals("active", seen.poll(5, TimeUnit.SECONDS));
    }

    private void sendDatagrams(InetAddress address) throws Exception {
        var came = new LinkedBlockingQueue<String>();
        var v6 = address.getAddress().length == 16;
        var one = datagrams(v6, came);
        var at = one.bind(new InetSocketAddress(address, 0)).sync().channel();
        var other = datagrams(v6, came).bind(new InetSocketAddress(address, 0)).sync().channel();
        other.writeAndFlush(new DatagramPacket(text("ping"), (InetSocketAddress) at.localAddress()))
                .sync();
        assertEquals("ping", came.poll(5, TimeUnit.SECONDS));
    }

    private Bootstrap datagrams(boolean v6, BlockingQueue<String> came) {
        ChannelHandler noted =
                new SimpleChannelInboundHandler<DatagramPacket>() {
                    @Override
                    protected void channelRead0(ChannelHandlerContext context, DatagramPacket it) {
                        came.add(it.content().toString(StandardCharsets.UTF_8));
                    }
                };
        return new Bootstrap()
                .group(loops)
                .channelFactory(() -> sockets.newDatagram(v6))
                .handler(noted);
    }

    private static ByteBuf text(String text) {
        return Unpooled.copiedBuffer(text, StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        assertTrue(
                loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly(5000),
                "event loops go on");
    }

    private static final class Echo extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            context.writeAndFlush(message);
        }
    }

    private static final class Noted extends SimpleChannelInboundHandler<ByteBuf> {
        private final BlockingQueue<String> seen;

        Noted(BlockingQueue<String> seen) {
            this.seen = seen;
        }

        @Override
        public void channelActive(ChannelHandlerContext context) {
            seen.add("active");
        }

        @Override
        protected void channelRead0(ChannelHandlerContext context, ByteBuf bytes) {
            seen.add(bytes.toString(StandardCharsets.UTF_8));
        }
    }
}
