package dev.serin.local.host;

import dev.serin.base.ProblemException;
import dev.serin.base.net.HostPort;
import dev.serin.loop.EpollLoop;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollServerSocketChannel;

import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;

/// Stands for a supervisor: an echo server inside the namespaces, behind a port of the machine's.
/// Arguments: the port, then the front's socket.
final class SupervisorInside {
    private SupervisorInside() {}

    public static void main(String[] arguments) throws Exception {
        Namespaces.build(Inside.programs());
        var group = new MultiThreadIoEventLoopGroup(2, EpollLoop.newFactory());
        var stopped = new CountDownLatch(1);
        var link =
                new HostLink(
                        Path.of(arguments[arguments.length - 1]),
                        group,
                        _ -> stopped.countDown(),
                        () -> Runtime.getRuntime().halt(3));
        var echo =
                new ServerBootstrap()
                        .group(group)
                        .channel(EpollServerSocketChannel.class)
                        .childHandler(new Echo())
                        .childOption(io.netty.channel.ChannelOption.ALLOW_HALF_CLOSURE, true)
                        .bind("10.96.0.1", 0)
                        .syncUninterruptibly()
                        .channel();
        // Something that would outlive its parent.
        new ProcessBuilder("sh", "-c", "sleep 987 & sleep 987").start();
        try {
            var wanted = new HostPort("127.0.0.1", Integer.parseInt(arguments[0]));
            var port = link.open(wanted, () -> (InetSocketAddress) echo.localAddress());
            link.print("port " + port.address().port());
        } catch (ProblemException e) {
            link.print(e.getMessage());
        }
        link.onMore(() -> {
            link.print("more");
            return true;
        });
        link.ready();
        stopped.await();
        link.print("stopped in good order");
        link.close();
        Runtime.getRuntime().halt(0);
    }

    /// Sends back what comes, and ends its side when the other ends his.
    @ChannelHandler.Sharable
    private static final class Echo extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            context.writeAndFlush(message);
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext context, Object event) {
            context.writeAndFlush(io.netty.buffer.Unpooled.EMPTY_BUFFER)
                    .addListener(io.netty.channel.ChannelFutureListener.CLOSE);
        }
    }
}
