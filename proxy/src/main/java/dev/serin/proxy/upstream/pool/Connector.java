package dev.serin.proxy.upstream.pool;

import dev.serin.proxy.socket.Reading;
import dev.serin.proxy.stream.TlsFacts;
import dev.serin.proxy.tls.Handshake;
import dev.serin.proxy.transport.ConnectionWish;
import dev.serin.proxy.transport.LiveTransports;
import dev.serin.proxy.transport.TransportConfig;
import dev.serin.proxy.transport.TransportFailure;
import dev.serin.proxy.upstream.ClusterEvent;
import dev.serin.proxy.upstream.Host;
import dev.serin.proxy.upstream.LiveCluster;
import dev.serin.proxy.worker.Worker;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPromise;
import io.netty.channel.ConnectTimeoutException;
import io.netty.channel.DefaultChannelPromise;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.resolver.NoopAddressResolverGroup;

import org.jspecify.annotations.Nullable;

import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ClosedChannelException;
import java.util.ArrayList;
import java.util.List;

/// Opens connections to hosts, as the cluster asks: its own end, its time limit, the sockets' mark,
/// its transport.
public final class Connector {
    private Connector() {}

    /// As the other, with no wish.
    public static void connect(
            Worker worker,
            LiveCluster cluster,
            Host host,
            ChannelHandler handler,
            ChannelFutureListener then) {
        connect(worker, cluster, host, ConnectionWish.NONE, handler, then);
    }

    /// Connects, and tells `then` on the worker's loop when the connection can carry what `handler`
    /// writes, after a TLS handshake if there is one. All of it is under the cluster's time limit.
    ///
    /// Not at once, but when the events are through that the loop has at hand: they name
    /// descriptors, and a new socket would get the one of a connection that has just been closed,
    /// whose event, still to come, would then end it.
    public static void connect(
            Worker worker,
            LiveCluster cluster,
            Host host,
            ConnectionWish wish,
            ChannelHandler handler,
            ChannelFutureListener then) {
        worker.loop().execute(() -> begin(worker, cluster, host, wish, handler).addListener(then));
    }

    private static ChannelFuture begin(
            Worker worker,
            LiveCluster cluster,
            Host host,
            ConnectionWish wish,
            ChannelHandler handler) {
        if (worker.loop().isShuttingDown()) { // nobody would end it
            return refused(worker, cluster);
        }
        var transport = cluster.transports().of(host.metadata());
        var securing =
                transport instanceof TransportConfig.Raw
                        ? null
                        : new Securing(worker, cluster, host, wish, handler);
        var first = securing == null ? handler : securing;
        if (!host.endpoint().others().isEmpty()) {
            return race(worker, cluster, host, first, securing);
        }
        var dialled = dial(worker, cluster, host.address(), host.pipe(), first);
        return securing == null ? dialled : securing.after(dialled);
    }

    private static ChannelFuture refused(Worker worker, LiveCluster cluster) {
        var never = cluster.sockets().transport().newClient(false);
        never.unsafe().closeForcibly();
        return new DefaultChannelPromise(never, worker.loop())
                .setFailure(new ClosedChannelException());
    }

    /// To the first of the endpoint's addresses that answers.
    private static ChannelFuture race(
            Worker worker,
            LiveCluster cluster,
            Host host,
            ChannelHandler first,
            @Nullable Securing securing) {
        var addresses = new ArrayList<>(List.of(host.address()));
        addresses.addAll(host.others());
        var late = new LatePromise[1];
        var race =
                new Race(
                        worker,
                        addresses,
                        address -> {
                            if (!address.equals(host.address())) { // which is counted at the end
                                cluster.observer().count(ClusterEvent.UPSTREAM_CX_TOTAL);
                            }
                            return dial(worker, cluster, address, false, new NotYet());
                        },
                        channel -> late[0].won(channel, first, securing),
                        cause -> late[0].tryFailure(cause));
        late[0] =
                new LatePromise(
                        race.start(cluster.config().connectTimeout().toMillis()).channel(), worker);
        return late[0];
    }

    /// The future of a connection of which it is not known yet which one it will be.
    private static final class LatePromise extends DefaultChannelPromise {
        private @Nullable Channel winner;

        LatePromise(Channel first, Worker worker) {
            super(first, worker.loop());
        }

        @Override
        public Channel channel() {
            return winner == null ? super.channel() : winner;
        }

        /// The handlers come to a connection that is there already, so they are told what they have
        /// missed.
        void won(Channel channel, ChannelHandler first, @Nullable Securing securing) {
            winner = channel;
            channel.pipeline().removeFirst();
            channel.pipeline().addLast(first);
            var there = channel.newSucceededFuture();
            var done = securing == null ? there : securing.after(there);
            done.addListener((ChannelFuture future) -> {
                if (future.isSuccess()) {
                    trySuccess();
                } else {
                    tryFailure(future.cause());
                }
            });
            channel.pipeline().fireChannelRegistered();
            channel.config().setAutoRead(true);
            channel.pipeline().fireChannelActive();
        }
    }

    /// Holds the place of the handlers; reads nothing.
    private static final class NotYet extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRegistered(ChannelHandlerContext ctx) {
            ctx.channel().config().setAutoRead(false);
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            ctx.close();
        }
    }

    /// Why a connection could not be had, as `%UPSTREAM_TRANSPORT_FAILURE_REASON%`.
    public static String reason(Throwable cause) {
        if (cause instanceof TransportFailure failure) {
            return failure.reason().replace(' ', '_');
        }
        var text = String.valueOf(cause.getMessage());
        if (cause instanceof ConnectTimeoutException) {
            return "connection timeout";
        }
        return text.contains("refused")
                ? "delayed_connect_error:_Connection_refused"
                : "delayed_connect_error:_"
                        + text.replaceFirst("^.* failed with error\\(-?[0-9]+\\): ", "")
                                .replaceFirst(":? ?/?[0-9.:\\[\\]]+$", "")
                                .replace(' ', '_');
    }

    /// @param pipe whether the address is a path
    private static ChannelFuture dial(
            Worker worker,
            LiveCluster cluster,
            InetSocketAddress address,
            boolean pipe,
            ChannelHandler handler) {
        var v6 = address.getAddress() instanceof Inet6Address;
        var config = cluster.config();
        var sockets = cluster.sockets();
        var client =
                new Bootstrap()
                        .group(worker.loop())
                        .channelFactory(
                                () -> pipe ? sockets.transport().newPipe() : sockets.newClient(v6))
                        .resolver(NoopAddressResolverGroup.INSTANCE)
                        // As clients' connections: one pool, and large reads come from it, too.
                        .option(ChannelOption.ALLOCATOR, PooledByteBufAllocator.DEFAULT)
                        .option(ChannelOption.RECVBUF_ALLOCATOR, Reading.usual())
                        .option(
                                ChannelOption.CONNECT_TIMEOUT_MILLIS,
                                (int) config.connectTimeout().toMillis())
                        .handler(handler);
        var limit = config.sockets().bufferLimit();
        if (limit > 0) {
            client.option(
                    ChannelOption.WRITE_BUFFER_WATER_MARK,
                    new WriteBufferWaterMark(limit / 4, limit));
        }
        if (pipe) {
            var path = address.getHostString();
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
            return client.connect(address);
        }
        if (sockets.transport() == dev.serin.proxy.socket.Transport.EPOLL && bind.getPort() == 0) {
            client.option(EpollChannelOption.IP_BIND_ADDRESS_NO_PORT, true);
        }
        return client.connect(address, bind);
    }

    private static @Nullable InetSocketAddress bind(LiveCluster cluster, boolean v6) {
        for (var address : cluster.config().bind()) {
            if (address.getAddress() instanceof Inet6Address == v6) {
                return address;
            }
        }
        return null;
    }

    /// Puts the transport before the handler, and tells when it is through. The worker's loop only.
    private static final class Securing extends ChannelInitializer<Channel> implements Handshake {
        private final Worker worker;
        private final LiveCluster cluster;
        private final Host host;
        private final ConnectionWish wish;
        private final ChannelHandler handler;
        private @Nullable TransportFailure unusable;
        private @Nullable ChannelPromise done;
        private boolean waits;

        Securing(
                Worker worker,
                LiveCluster cluster,
                Host host,
                ConnectionWish wish,
                ChannelHandler handler) {
            this.worker = worker;
            this.cluster = cluster;
            this.host = host;
            this.wish = wish;
            this.handler = handler;
        }

        @Override
        protected void initChannel(Channel channel) {
            var transports = cluster.transports();
            try {
                waits =
                        transports.prepare(
                                transports.of(host.metadata()),
                                channel.pipeline(),
                                wish,
                                host.name(),
                                this);
            } catch (TransportFailure e) {
                unusable = e;
            }
            channel.pipeline().addLast(handler);
        }

        ChannelFuture after(ChannelFuture dialled) {
            var promise = dialled.channel().newPromise();
            done = promise;
            var limit =
                    worker.after(
                            cluster.config().connectTimeout().toMillis(),
                            () -> fail(new ConnectTimeoutException("handshake")));
            promise.addListener(_ -> limit.cancel());
            dialled.addListener((ChannelFuture future) -> {
                if (!future.isSuccess()) {
                    promise.tryFailure(future.cause());
                } else if (unusable != null) {
                    fail(unusable);
                } else if (!waits) {
                    LiveTransports.connected(future.channel());
                    promise.trySuccess();
                }
            });
            return promise;
        }

        private void fail(Exception cause) {
            if (done != null && done.tryFailure(cause)) {
                done.channel().close();
            }
        }

        @Override
        public void secured(TlsFacts facts) {
            if (done != null) {
                done.trySuccess();
            }
        }

        @Override
        public void failed(String reason) {
            fail(new TransportFailure(reason));
        }
    }
}
