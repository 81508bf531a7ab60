package dev.serin.modelserver.api;

import dev.serin.base.Problem;
import dev.serin.base.ProblemException;
import dev.serin.base.flow.Latest;
import dev.serin.base.lifecycle.Drain;
import dev.serin.base.net.HostPort;
import dev.serin.loop.EpollLoop;
import dev.serin.modelserver.servable.ServableTable;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.http.HttpContentDecompressor;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.util.concurrent.DefaultThreadFactory;

import org.jspecify.annotations.Nullable;

import java.net.InetSocketAddress;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/// Serves [RestApi] over HTTP/1.1: one event loop reads and writes, a bounded pool computes, so
/// that a slow model holds up no other connection. Close it to end both.
public final class RestServer implements AutoCloseable {
    private final EventLoopGroup loop;
    private final ThreadPoolExecutor pool;
    private final Drain drain = new Drain();
    private final HostPort wanted;
    private final ServerBootstrap door;
    private @Nullable Channel listener;

    /// Gets everything ready but the address, which [#open()] binds.
    ///
    /// @param limits of the pool and of bodies
    /// @param mistakes told of an exception that is ours to mend
    public RestServer(
            HostPort address,
            Limits limits,
            Latest<ServableTable> table,
            Consumer<RuntimeException> mistakes) {
        loop =
                new MultiThreadIoEventLoopGroup(
                        1, new DefaultThreadFactory("rest", true), EpollLoop.newFactory());
        pool =
                new ThreadPoolExecutor(
                        limits.threads,
                        limits.threads,
                        0,
                        TimeUnit.SECONDS,
                        new ArrayBlockingQueue<>(limits.waiting),
                        Thread.ofPlatform().name("predict-", 0).daemon(true).factory());
        var api = new RestApi(table, mistakes);
        wanted = address;
        door =
                new ServerBootstrap()
                        .group(loop)
                        .channel(EpollServerSocketChannel.class)
                        .option(ChannelOption.SO_BACKLOG, 1024)
                        .option(ChannelOption.SO_REUSEADDR, true)
                        .childOption(ChannelOption.TCP_NODELAY, true)
                        .childHandler(
                                new ChannelInitializer<SocketChannel>() {
                                    @Override
                                    protected void initChannel(SocketChannel channel) {
                                        channel.pipeline()
                                                .addLast(new HttpServerCodec())
                                                // A gzip body is inflated before its length counts.
                                                .addLast(new HttpContentDecompressor(0))
                                                .addLast(new WholeRequests(limits.bodyBytes))
                                                .addLast(new RestConnection(api, pool, drain));
                                    }
                                });
    }

    /// How much is taken on.
    ///
    /// @param threads that compute
    /// @param waiting requests that may wait for a thread; more are refused with 503
    /// @param bodyBytes the longest body
    public record Limits(int threads, int waiting, int bodyBytes) {}

    /// Binds and serves, once; answers where it listens, the port as it was chosen.
    ///
    /// @throws ProblemException if the address cannot be bound
    public HostPort open() {
        var bind = door.bind(wanted.host(), wanted.port()).awaitUninterruptibly();
        if (!bind.isSuccess()) {
            throw new ProblemException(
                    Problem.of(
                            "REST address " + wanted,
                            "it cannot be bound (" + bind.cause().getMessage() + ")",
                            "end what listens there, or choose another port by --rest_api_port"));
        }
        var opened = bind.channel();
        synchronized (this) {
            listener = opened;
        }
        var bound = (InetSocketAddress) opened.localAddress();
        return new HostPort(bound.getAddress().getHostAddress(), bound.getPort());
    }

    /// Takes no new connection, closes the idle ones, and completes when every request that was
    /// begun has been answered.
    public CompletableFuture<Void> drain() {
        synchronized (this) {
            if (listener != null) {
                listener.close();
            }
        }
        drain.start();
        return drain.ended();
    }

    @Override
    public void close() {
        drain.start();
        pool.shutdown();
        try {
            // What still computes would answer nobody, but it holds its model.
            pool.awaitTermination(5, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        loop.shutdownGracefully(0, 2, TimeUnit.SECONDS).awaitUninterruptibly(3000);
    }
}
