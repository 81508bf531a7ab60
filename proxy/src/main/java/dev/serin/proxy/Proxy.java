package dev.serin.proxy;

import dev.serin.base.Problem;
import dev.serin.base.ProblemException;
import dev.serin.base.flow.Owner;
import dev.serin.base.lifecycle.LeftOver;
import dev.serin.base.lifecycle.Readiness;
import dev.serin.base.time.Backoff;
import dev.serin.proxy.ads.ConfigLedger;
import dev.serin.proxy.ads.DiscoveryFeed;
import dev.serin.proxy.ads.Plane;
import dev.serin.proxy.bootstrap.Discovery;
import dev.serin.proxy.snapshot.Rejected;
import dev.serin.proxy.snapshot.Validation;
import dev.serin.proxy.telemetry.log.ProxyLog;
import dev.serin.xds.client.AdsTerms;
import dev.serin.xds.client.NettyTransport;

import io.envoyproxy.envoy.admin.v3.Certificates;
import io.envoyproxy.envoy.admin.v3.ConfigDump;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;

import org.jspecify.annotations.Nullable;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.RejectedExecutionException;

/// One proxy: a pod's sidecar, a gateway, or whatever a file describes. An instance among many in a
/// process: it has its own owner thread, discovery stream, metrics and pages, and shares event
/// loops and time with the others ([ProxyRuntime]).
///
/// [#start()], then [#ready()]; [#drain] and [#close()] from any thread. It ends by itself only
/// when its admin page is told to.
public final class Proxy implements AutoCloseable {
    private static final Duration RECONNECT_FIRST = Duration.ofMillis(200);
    private static final Duration RECONNECT_LAST = Duration.ofSeconds(10);
    private static final Duration WELCOME = Duration.ofSeconds(1);
    private static final Duration DRAIN = Duration.ofMinutes(10);
    private static final Duration POLL = Duration.ofMillis(10);

    private final ProxyOptions options;
    private final ProxyPlace place;
    private final ProxyRuntime runtime;
    private final Owner owner;
    private final Readiness readiness = new Readiness();
    private final ProxyTelemetry telemetry;
    private final ProxyLog log;
    private final ConfigLedger ledger;
    private final Plane plane;
    private final @Nullable DiscoveryFeed feed;
    private final ProxyPages pages;
    private final Runnable started;
    private final CompletableFuture<Map<String, InetSocketAddress>> paged =
            new CompletableFuture<>();
    private final CompletableFuture<Void> ready = new CompletableFuture<>();
    private final CompletableFuture<Void> ended = new CompletableFuture<>();
    private final LeftOver.Held held;
    private volatile boolean draining;
    private volatile boolean failing;
    private volatile boolean closed;

    public Proxy(ProxyOptions options, ProxyPlace place, ProxyRuntime runtime) {
        this(options, place, runtime, LivePlane::new);
    }

    Proxy(ProxyOptions options, ProxyPlace place, ProxyRuntime runtime, PlaneMaker planes) {
        this.options = options;
        this.place = place;
        this.runtime = runtime;
        var id = options.node().getId();
        this.telemetry = new ProxyTelemetry(options.node(), place, runtime);
        this.log = telemetry.log();
        var shown = options.shownStats();
        if (shown != null) {
            telemetry.metrics().show(shown);
        }
        this.owner = new Owner("proxy-" + id, e -> log.error("bug: " + e));
        this.ledger = new ConfigLedger(options.node(), runtime.ticker());
        this.started = readiness.await("listeners to be bound");
        this.plane = planes.make(options, place, runtime, telemetry);
        var discovery = options.discovery();
        this.feed = discovery == null ? null : feed(discovery);
        this.pages = new ProxyPages(this);
        this.held = LeftOver.hold("proxy", id);
        readiness.whenReady(() -> ready.complete(null));
    }

    private DiscoveryFeed feed(Discovery discovery) {
        var transport =
                new NettyTransport(
                        discovery.server(),
                        place.names(),
                        runtime.workers().group(),
                        this::markedSocket,
                        owner,
                        discovery.root(),
                        discovery.tokenFile());
        return new DiscoveryFeed(
                new AdsTerms(options.node(), discovery.form(), discovery.whole()),
                transport,
                plane,
                ledger,
                new DiscoveryFeed.Needs(
                        owner,
                        runtime.timers(),
                        new Backoff(
                                RECONNECT_FIRST,
                                RECONNECT_LAST,
                                runtime.draws().named("xds-reconnect")),
                        readiness,
                        log));
    }

    /// Discovery must leave the pod by itself, not through the proxy's own listeners.
    private Channel markedSocket() {
        var channel = place.sockets().newClient(false);
        var marks = new Bootstrap();
        place.sockets().mark(marks);
        marks.config().options().forEach((option, value) -> set(channel, option, value));
        return channel;
    }

    @SuppressWarnings("unchecked") // a bootstrap's map pairs each option with a value of its type
    private static void set(Channel channel, ChannelOption<?> option, Object value) {
        channel.config().setOption((ChannelOption<Object>) option, value);
    }

    /// Starts everything; returns at once. What cannot start fails [#ready()] and [#ended()].
    public void start() {
        log.info("starting " + options.node().getId());
        // Pages first: whoever asks for readiness gets the reason why not.
        pages.start()
                .thenRun(() -> paged.complete(pages.addresses()))
                .thenRunAsync(this::configure, owner)
                .whenComplete((_, failure) -> {
                    if (failure != null) {
                        fail(failure);
                    }
                });
    }

    private void configure() {
        for (var update : options.statics()) {
            var rejected = plane.apply(update);
            ledger.note(update, rejected);
            rejected.forEach(r -> log.error("not applied: " + r));
            if (!rejected.isEmpty()) {
                throw refused(rejected);
            }
        }
        if (feed != null) {
            feed.start();
        }
        awaitBound();
    }

    /// Says what is wrong with a configuration, and starts nothing. As Envoy's `--mode validate`.
    ///
    /// @throws ProblemException if anything is
    public static void validate(ProxyOptions options, ProxyPlace place, ProxyRuntime runtime) {
        var telemetry = new ProxyTelemetry(options.node(), place, runtime);
        var extensions = LivePlane.extensions(place, runtime, telemetry);
        var rejected = new Validation(extensions, runtime.draws()).of(options.statics());
        telemetry.end().join();
        if (!rejected.isEmpty()) {
            throw refused(rejected);
        }
    }

    private static ProblemException refused(List<Rejected> rejected) {
        return new ProblemException(
                rejected.stream()
                        .map(r ->
                                new Problem(
                                        kind(r) + " '" + r.name() + "': " + r.field(),
                                        r.reason(),
                                        null,
                                        null))
                        .toList());
    }

    private static String kind(Rejected rejected) {
        return rejected.typeUrl().substring(rejected.typeUrl().lastIndexOf('.') + 1);
    }

    /// Binding is asynchronous, and with discovery it starts with the first listeners.
    private void awaitBound() {
        if (closed) {
            return;
        }
        var missing = readiness.missing();
        var unbound = plane.unbound();
        var failed = new TreeMap<>(plane.failures());
        failed.keySet().retainAll(options.staticListeners());
        if (!failed.isEmpty()) {
            fail(
                    new ProblemException(
                            failed.entrySet().stream()
                                    .map(f ->
                                            new Problem(
                                                    "Listener '" + f.getKey() + "': address",
                                                    f.getValue(),
                                                    null,
                                                    null))
                                    .toList()));
            return;
        }
        if (missing.size() <= 1 && unbound.isEmpty()) {
            log.info("ready: " + plane.listeners(false).lines().count() + " listeners");
            started.run();
            return;
        }
        runtime.timers().after(POLL, () -> onOwner(this::awaitBound, new CompletableFuture<>()));
    }

    private void fail(Throwable failure) {
        var cause =
                failure instanceof CompletionException e && e.getCause() != null
                        ? e.getCause()
                        : failure;
        log.error(String.valueOf(cause.getMessage()));
        ready.completeExceptionally(cause);
        end(cause);
    }

    /// Completes when its configuration came and its listeners are bound.
    public CompletableFuture<Void> ready() {
        return ready.copy();
    }

    /// Completes when it has ended: normally when it was told to, else with the reason.
    public CompletableFuture<Void> ended() {
        return ended.copy();
    }

    /// Asks clients to close their connections and completes when they did, after `longest` at the
    /// latest. New connections are taken for a little while, since others may not know yet, then no
    /// more. What remains is ended by [#close()].
    public CompletableFuture<Void> drain(Duration longest) {
        draining = true;
        log.info("draining for at most " + longest.toSeconds() + " s");
        var end = runtime.ticker().nanos() + longest.toNanos();
        var drained = new CompletableFuture<Void>();
        plane.drain();
        var welcome = longest.compareTo(WELCOME) < 0 ? longest : WELCOME;
        runtime.timers()
                .after(
                        welcome,
                        () ->
                                onOwner(
                                        () -> {
                                            plane.closeListeners(false);
                                            awaitDrained(drained, end);
                                        },
                                        drained));
        return drained;
    }

    /// Takes no new connections, as Envoy's `/drain_listeners`; the proxy goes on else.
    ///
    /// @param graceful after a while in which clients are asked to go
    /// @param inboundOnly of inbound listeners alone
    /// @param close whether listeners are closed at all, or only drained
    void drainListeners(boolean graceful, boolean inboundOnly, boolean close) {
        log.info("draining " + (inboundOnly ? "inbound listeners" : "listeners"));
        onOwner(
                () -> {
                    if (inboundOnly) {
                        plane.drainInbound();
                    } else {
                        plane.drain();
                    }
                    if (close && !graceful) {
                        plane.closeListeners(inboundOnly);
                    }
                },
                new CompletableFuture<>());
        if (close && graceful) {
            runtime.timers()
                    .after(
                            DRAIN,
                            () ->
                                    onOwner(
                                            () -> plane.closeListeners(inboundOnly),
                                            new CompletableFuture<>()));
        }
    }

    /// Whether this proxy says that it is not ready, and asks clients to go, until it is told
    /// otherwise. As Envoy's `/healthcheck/fail`.
    void failHealth(boolean now) {
        failing = now;
        plane.failHealth(now);
    }

    boolean failing() {
        return failing;
    }

    private void awaitDrained(CompletableFuture<Void> drained, long end) {
        if (closed || plane.connections() == 0 || runtime.ticker().nanos() - end >= 0) {
            drained.complete(null);
            return;
        }
        runtime.timers().after(POLL, () -> onOwner(() -> awaitDrained(drained, end), drained));
    }

    /// Once the proxy has ended there is nothing left to wait for.
    private void onOwner(Runnable task, CompletableFuture<Void> otherwise) {
        try {
            owner.execute(task);
        } catch (RejectedExecutionException e) {
            otherwise.complete(null);
        }
    }

    /// Ends everything at once; idempotent. [#ended()] tells when it has.
    @Override
    public void close() {
        end(null);
    }

    private synchronized void end(@Nullable Throwable failure) {
        if (closed) {
            return;
        }
        closed = true;
        pages.close();
        owner.execute(() -> {
            if (feed != null) {
                feed.close();
            }
            plane.close();
            log.info("ended");
            // Behind the feed's own end, which queued up here: who hears of our end may take the
            // event loops away.
            owner.execute(() -> endTelemetry(failure));
        });
    }

    private void endTelemetry(@Nullable Throwable failure) {
        telemetry
                .end()
                .whenComplete((_, _) -> {
                    owner.close();
                    held.release();
                    if (failure == null) {
                        ended.complete(null);
                    } else {
                        ended.completeExceptionally(failure);
                    }
                });
    }

    /// Where a listener is bound; empty if it is not in use or does not bind.
    public List<InetSocketAddress> addresses(String listener) {
        return owner.call(() -> plane.addresses(listener)).join();
    }

    /// Where its own pages are, by `admin`, `stats`, `status` and `agent`; empty before the start
    /// has bound them.
    public Map<String, InetSocketAddress> pageAddresses() {
        return pages.addresses();
    }

    /// The same, once they are bound.
    public CompletableFuture<Map<String, InetSocketAddress>> pages() {
        return paged.copy();
    }

    /// Opens the files of access logs anew, after somebody has moved them away. As Envoy at
    /// SIGUSR1.
    public void reopenLogs() {
        telemetry.reopenLogs();
    }

    /// From which level on its own log tells.
    public void logFrom(ProxyLog.Level level) {
        log.level(level);
    }

    ProxyOptions options() {
        return options;
    }

    ProxyPlace place() {
        return place;
    }

    ProxyRuntime runtime() {
        return runtime;
    }

    Readiness readiness() {
        return readiness;
    }

    ProxyTelemetry telemetry() {
        return telemetry;
    }

    Plane plane() {
        return plane;
    }

    @Nullable DiscoveryFeed feed() {
        return feed;
    }

    boolean draining() {
        return draining;
    }

    /// @param endpoints whether those of clusters are in it too
    CompletableFuture<ConfigDump> configDump(boolean endpoints) {
        return owner.call(() -> ledger.dump(endpoints, plane::inUse));
    }

    CompletableFuture<String> clusters(boolean json) {
        return owner.call(() -> plane.clusters(json));
    }

    CompletableFuture<String> listeners(boolean json) {
        return owner.call(() -> plane.listeners(json));
    }

    CompletableFuture<Certificates> certificates() {
        return owner.call(plane::certificates);
    }

    /// Makes the data plane.
    interface PlaneMaker {
        Plane make(
                ProxyOptions options,
                ProxyPlace place,
                ProxyRuntime runtime,
                ProxyTelemetry telemetry);
    }
}
