package dev.serin.proxy;

import dev.serin.base.chance.Draws;
import dev.serin.base.flow.Owner;
import dev.serin.base.time.Ticker;
import dev.serin.base.time.Timers;
import dev.serin.proxy.extension.Extensions;
import dev.serin.proxy.http.codec.Http1Server;
import dev.serin.proxy.http.manager.Scope;
import dev.serin.proxy.listener.Admission;
import dev.serin.proxy.listener.Drains;
import dev.serin.proxy.listener.LiveListener;
import dev.serin.proxy.snapshot.ConfigUpdate;
import dev.serin.proxy.snapshot.ProxySnapshot;
import dev.serin.proxy.snapshot.Reconciler;
import dev.serin.proxy.snapshot.Rejected;
import dev.serin.proxy.snapshot.Wanted;
import dev.serin.proxy.snapshot.Watcher;
import dev.serin.proxy.socket.Sockets;
import dev.serin.proxy.stream.Direction;
import dev.serin.proxy.stream.StreamObserver;
import dev.serin.proxy.tls.LiveTls;
import dev.serin.proxy.upstream.LiveCluster;
import dev.serin.proxy.upstream.Upstream;
import dev.serin.proxy.worker.Workers;

import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.util.concurrent.GlobalEventExecutor;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;

/// The data plane of one sidecar or gateway: what is discovered goes in, traffic passes through.
/// One thread owns what changes; the workers, which other data planes may share, carry the traffic.
public final class DataPlane implements AutoCloseable {
    /// What a data plane is made of. None of it is closed with it.
    ///
    /// @param observer is told of every HTTP stream, beside the configured access logs
    public record Parts(
            Workers workers,
            Sockets sockets,
            Ticker ticker,
            Timers timers,
            Draws draws,
            Extensions extensions,
            StreamObserver observer,
            Upstream.Outside outside) {}

    private final Parts parts;
    private final Owner owner;
    private final Drains drains;
    private final Reconciler reconciler;
    private final ChannelGroup connections =
            new DefaultChannelGroup(GlobalEventExecutor.INSTANCE, true);
    private final Admission admission = new Admission(connections);
    private volatile boolean draining;
    private volatile boolean drainingInbound;
    private volatile boolean failing;

    /// @param name for threads and messages, for instance the pod's
    public DataPlane(String name, Parts parts, Watcher watcher, Failures failures) {
        this(name, parts, watcher, failures, Drains.USUAL);
    }

    /// @param drain how long connections of what is removed may go on
    public DataPlane(String name, Parts parts, Watcher watcher, Failures failures, Duration drain) {
        this.parts = parts;
        this.owner = new Owner("data-plane-" + name, failures::failed);
        var upstream =
                new Upstream(
                        parts.workers(),
                        parts.sockets(),
                        parts.ticker(),
                        parts.timers(),
                        parts.draws(),
                        this::own,
                        parts.extensions().transports().needs(),
                        parts.outside());
        var drains = new Drains(parts.ticker(), parts.timers(), owner, drain);
        this.drains = drains;
        var makers =
                new Reconciler.Makers(
                        config -> new LiveCluster(config, upstream),
                        config ->
                                new LiveListener(
                                        config,
                                        parts.workers(),
                                        parts.sockets(),
                                        new PlaneScope(config.direction()),
                                        address -> snapshot().at(address),
                                        admission,
                                        drains),
                        parts.extensions(),
                        parts.draws(),
                        owner);
        this.reconciler = new Reconciler(makers, parts.ticker(), parts.timers(), watcher);
    }

    /// Which connections are let in.
    public Admission admission() {
        return admission;
    }

    /// Is told of a bug: an exception that a task of the owner let out.
    @FunctionalInterface
    public interface Failures {
        void failed(Throwable failure);
    }

    /// Takes the good resources and answers the others, whose last good version stays. Blocks until
    /// it is compiled and reconciled, some milliseconds; never call it on a worker or from a
    /// [Watcher].
    public List<Rejected> apply(ConfigUpdate update) {
        return ask(() -> reconciler.apply(update));
    }

    /// What is in use now. Any thread.
    public ProxySnapshot snapshot() {
        return reconciler.snapshot();
    }

    /// What has to be asked for by name. Any thread.
    public Wanted wanted() {
        return reconciler.wanted();
    }

    /// Resources of this type as they came, the last good version of each.
    public List<ConfigUpdate.Versioned> resources(String typeUrl) {
        return ask(() -> reconciler.resources(typeUrl));
    }

    /// Where a listener is bound; empty if it is not in use or does not bind.
    public List<InetSocketAddress> addresses(String listener) {
        return ask(() -> reconciler.addresses(listener));
    }

    /// Connections from clients now.
    public int connections() {
        return connections.size();
    }

    /// Lets connections end with their present stream; new ones are still taken, and end so too.
    /// Completes when none is left.
    public CompletableFuture<Void> drain() {
        draining = true;
        connections.forEach(c -> c.pipeline().fireUserEventTriggered(Http1Server.DRAIN));
        var ended = new CompletableFuture<Void>();
        connections.newCloseFuture().addListener(_ -> ended.complete(null));
        return ended;
    }

    /// Lets connections of inbound listeners end with their next answer.
    public void drainInbound() {
        drainingInbound = true;
    }

    /// Lets connections end with their present stream for as long as this is said. Any thread.
    public void failHealth(boolean now) {
        failing = now;
    }

    /// The certificates in use.
    public List<LiveTls.Held> certificates() {
        return ask(reconciler::certificates);
    }

    /// Takes no new connections from now on.
    public void closeListeners() {
        closeListeners(false);
    }

    /// @param inboundOnly on inbound listeners alone
    public void closeListeners(boolean inboundOnly) {
        ask(() -> {
            reconciler.closeListeners(inboundOnly);
            return true;
        });
    }

    /// Ends every connection and gives back all that it holds.
    @Override
    public void close() {
        draining = true;
        closeListeners();
        connections.close().awaitUninterruptibly(5, TimeUnit.SECONDS);
        ask(() -> {
            reconciler.close();
            drains.close();
            return true;
        });
        owner.close();
    }

    /// Runs a task of the clusters on the owner's thread; what comes after the end is nobody's.
    private void own(Runnable task) {
        try {
            owner.execute(task);
        } catch (RejectedExecutionException e) {
            // the data plane is closed, and all its clusters with it
        }
    }

    private <T> T ask(Callable<T> task) {
        return owner.call(task).join();
    }

    /// What the connections of one listener see.
    private final class PlaneScope implements Scope {
        private final Direction direction;

        PlaneScope(Direction direction) {
            this.direction = direction;
        }

        @Override
        public Known known() {
            return snapshot();
        }

        @Override
        public Draws draws() {
            return parts.draws();
        }

        @Override
        public StreamObserver observer() {
            return parts.observer();
        }

        @Override
        public boolean draining() {
            return draining || failing || drainingInbound && direction == Direction.INBOUND;
        }
    }
}
