package dev.serin.xds.server;

import dev.serin.base.ProblemException;
import dev.serin.base.lifecycle.LeftOver;
import dev.serin.base.time.Ticker;
import dev.serin.base.time.Timers;
import dev.serin.xds.Rejected;
import dev.serin.xds.ResourceType;
import dev.serin.xds.XdsResource;

import io.envoyproxy.envoy.config.core.v3.Node;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;

/// One proxy on one connection: what it asked for, what it holds, and the order in which it hears
/// of a change. Everything but [#offer] and [#end] runs as the [PushQueue]'s work, one call at a
/// time.
///
/// Make before break: new clusters and their endpoints go first; listeners and routes go when the
/// proxy has answered those (for a new cluster that includes its endpoints, since a cluster without
/// them is not usable yet) or has been silent for the bound; clusters that are gone go last, after
/// the routes. Endpoints and secrets are told at once, whatever waits.
final class DiscoveryStream {
    private static final int RESPONSE_BYTES = 2 << 20;

    private final ServerCallStreamObserver<?> call;
    private final Wire wire;
    private final Caller caller;
    private final Surroundings around;
    private final long number;
    private final Queue<Ask> inbox = new ConcurrentLinkedQueue<>();
    private final Map<ResourceType, Subscription> subscriptions = new EnumMap<>(ResourceType.class);
    private final Set<String> warming = new HashSet<>();
    private final LeftOver.Held held;

    private volatile boolean ended;
    private volatile boolean completes;
    private boolean closed;
    private Push pending = Push.NOTHING;
    private DiscoveryObserver.@Nullable StreamName name;
    private DiscoverySource.@Nullable Client client;
    private DiscoverySource.@Nullable Resources made;
    private DiscoverySource.@Nullable Resources routed;
    private long nonces;
    private boolean routesDue;
    private boolean removalsDue;
    private boolean unsynced;
    private long gateClosed;
    private Timers.@Nullable Timer impatience;

    DiscoveryStream(
            ServerCallStreamObserver<?> call,
            Wire wire,
            Caller caller,
            long number,
            Surroundings around) {
        this.call = call;
        this.wire = wire;
        this.caller = caller;
        this.number = number;
        this.around = around;
        this.held = LeftOver.hold("discovery stream", Long.toString(number));
    }

    /// Any thread: a request came. The next one is asked for when this one was worked on, so that a
    /// proxy cannot fill the server.
    void offer(Ask ask) {
        inbox.add(ask);
    }

    /// Any thread: the connection is gone, or the proxy has said its last.
    void end(boolean completed) {
        completes = completed;
        ended = true;
    }

    void run(Push push) {
        pending = pending.and(push);
        if (closed) {
            return;
        }
        if (ended) {
            if (completes) {
                call.onCompleted();
            }
            close();
            return;
        }
        // A slow reader: what it waits for stays a difference, not a buffer.
        if (!call.isReady()) {
            return;
        }
        try {
            for (var ask = inbox.poll(); ask != null; ask = inbox.poll()) {
                take(ask);
                call.request(1);
            }
            if (client != null && made != null && routed != null) {
                advance(client);
            }
        } catch (ProblemException e) {
            around.observer.refused(caller.toString(), String.valueOf(e.getMessage()));
            call.onError(
                    Status.INVALID_ARGUMENT.withDescription(e.getMessage()).asRuntimeException());
            close();
        } catch (RuntimeException e) {
            // A fault of ours: the proxy keeps what it has, the next push tries again.
            around.observer.failed(String.valueOf(name), e);
        }
    }

    private void take(Ask ask) {
        if (client == null) {
            open(ask.node());
        }
        var type = ResourceType.of(ask.typeUrl());
        if (type == null) {
            return;
        }
        var subscription =
                subscriptions.computeIfAbsent(type, t -> new Subscription(t, wire.isDelta()));
        if (!ask.nonce().isEmpty() && !answer(subscription, ask) && !wire.isDelta()) {
            return; // a stale request of the old form says nothing, by the protocol
        }
        var wanted = subscription.ask(ask);
        if (wanted != null) {
            respond(subscription, wanted);
        }
    }

    private void open(Node node) {
        var opened = around.source.open(node, caller);
        var stream = new DiscoveryObserver.StreamName(node.getId(), number);
        client = opened;
        name = stream;
        made = opened.newest();
        routed = made;
        around.observer.connected(stream, node.getUserAgentName());
    }

    private boolean answer(Subscription subscription, Ask ask) {
        var sent = subscription.answered(ask.nonce());
        if (sent == null) {
            return false;
        }
        unsynced = true;
        if (ask.error() != null) {
            around.observer.rejected(
                    name(),
                    new Rejected(subscription.type(), sent.revision(), sent.names(), ask.error()));
        } else if (subscription.allAnswered()) {
            around.observer.acknowledged(name(), subscription.type(), sent.revision());
        }
        if (subscription.type() == ResourceType.ENDPOINT) {
            sent.names().forEach(warming::remove);
        }
        return true;
    }

    /// Answers a new subscription at once: clusters, endpoints and secrets from the newest state,
    /// listeners and routes from the one whose clusters the proxy has.
    private void respond(Subscription subscription, Subscription.Answer wanted) {
        var type = subscription.type();
        var view = type.compareTo(ResourceType.SECRET) <= 0 ? made() : routed();
        var changes =
                wanted.everything()
                        ? subscription.changes(view, true)
                        : subscription.changesOf(wanted.names(), view, false);
        var removed = new ArrayList<>(changes.removed());
        wanted.names().stream()
                .filter(n -> view.find(type, n) == null && !removed.contains(n))
                .forEach(removed::add);
        send(subscription, view.revision(), changes.changed(), removed, wanted.everything());
    }

    private void advance(DiscoverySource.Client source) {
        if (!pending.isNothing()) {
            begin(source);
        }
        if (routesDue && (gateIsOpen() || gaveUp())) {
            routed = made();
            routesDue = false;
            calm();
            sendChanges(ResourceType.LISTENER, routed(), true);
            sendChanges(ResourceType.ROUTE, routed(), true);
            sendChanges(ResourceType.EXTENSION_CONFIG, routed(), true);
            removalsDue = true;
        }
        if (removalsDue
                && !routesDue
                && answered(ResourceType.LISTENER)
                && answered(ResourceType.ROUTE)) {
            removalsDue = false;
            sendChanges(ResourceType.CLUSTER, made(), true);
        }
        if (unsynced
                && !routesDue
                && !removalsDue
                && subscriptions.values().stream().allMatch(Subscription::allAnswered)) {
            unsynced = false;
            around.observer.synced(name(), made().revision());
        }
    }

    private void begin(DiscoverySource.Client source) {
        var push = pending;
        pending = Push.NOTHING;
        var before = made();
        made = source.newest();
        warming.removeIf(n -> made().find(ResourceType.ENDPOINT, n) == null);
        unsynced |= !before.revision().equals(made().revision());
        if (push.types().contains(ResourceType.CLUSTER)) {
            sendChanges(ResourceType.CLUSTER, made(), false);
        }
        if (push.types().contains(ResourceType.SECRET)) {
            sendChanges(ResourceType.SECRET, made(), true);
        }
        if (push.types().contains(ResourceType.ENDPOINT) || !warming.isEmpty()) {
            sendChanges(ResourceType.ENDPOINT, made(), true);
        } else {
            sendEndpoints(push.endpoints());
        }
        if (push.touchesRoutes()) {
            if (!routesDue) {
                gateClosed = around.ticker.nanos();
                impatience =
                        around.timers.after(
                                around.patience, () -> around.queue.put(this, Push.NOTHING));
            }
            routesDue = true;
        } else if (!routesDue) {
            routed = made();
        }
    }

    private void sendEndpoints(Set<String> names) {
        var endpoints = subscriptions.get(ResourceType.ENDPOINT);
        if (endpoints == null || names.isEmpty()) {
            return;
        }
        var wanted = new HashSet<>(names);
        wanted.removeIf(n -> !endpoints.wants(n));
        var changes = endpoints.changesOf(wanted, made(), false);
        send(endpoints, made().revision(), changes.changed(), List.of(), false);
    }

    private void sendChanges(
            ResourceType type, DiscoverySource.Resources view, boolean withRemovals) {
        var subscription = subscriptions.get(type);
        if (subscription == null) {
            return;
        }
        var changes = subscription.changes(view, withRemovals);
        if (type == ResourceType.CLUSTER) {
            warm(subscription, changes.changed(), view);
        }
        send(subscription, view.revision(), changes.changed(), changes.removed(), false);
    }

    /// Envoy keeps a new or changed cluster aside until it has heard of its endpoints again: so
    /// they are sent once more, and routes wait for the answer.
    private void warm(
            Subscription clusters, List<XdsResource> changed, DiscoverySource.Resources view) {
        var endpoints = subscriptions.get(ResourceType.ENDPOINT);
        for (var cluster : changed) {
            if (view.find(ResourceType.ENDPOINT, cluster.name()) == null) {
                continue;
            }
            warming.add(cluster.name());
            if (endpoints != null && clusters.holds(cluster.name())) {
                endpoints.forget(cluster.name());
            }
        }
    }

    private void send(
            Subscription subscription,
            String revision,
            List<XdsResource> changed,
            List<String> removed,
            boolean evenIfEmpty) {
        if (changed.isEmpty() && removed.isEmpty() && !evenIfEmpty) {
            return;
        }
        var limit = wire.isDelta() ? RESPONSE_BYTES : Integer.MAX_VALUE;
        var from = 0;
        do {
            var to = from;
            for (long bytes = 0; to < changed.size() && (to == from || bytes < limit); to++) {
                bytes += changed.get(to).size();
            }
            var part =
                    new Subscription.Changes(
                            changed.subList(from, to), from == 0 ? removed : List.of());
            var nonce = Long.toString(++nonces);
            if (wire.send(subscription.type(), revision, nonce, part)) {
                subscription.sent(nonce, revision, part);
                unsynced = true;
                around.observer.sent(name(), subscription.type(), revision, part.changed().size());
            }
            from = to;
        } while (from < changed.size());
    }

    private boolean gateIsOpen() {
        return answered(ResourceType.CLUSTER) && warming.isEmpty();
    }

    private boolean gaveUp() {
        if (around.ticker.nanos() - gateClosed < around.patience.toNanos()) {
            return false;
        }
        around.observer.silent(
                name(),
                answered(ResourceType.CLUSTER) ? ResourceType.ENDPOINT : ResourceType.CLUSTER);
        warming.clear();
        return true;
    }

    private boolean answered(ResourceType type) {
        var subscription = subscriptions.get(type);
        return subscription == null || subscription.allAnswered();
    }

    private void calm() {
        if (impatience != null) {
            impatience.cancel();
            impatience = null;
        }
    }

    private void close() {
        closed = true;
        calm();
        held.release();
        around.gone.accept(this);
        if (client != null) {
            client.close();
            client = null;
            around.observer.disconnected(name());
        }
    }

    private DiscoveryObserver.StreamName name() {
        return Objects.requireNonNull(name, "no node yet");
    }

    private DiscoverySource.Resources made() {
        return Objects.requireNonNull(made, "no node yet");
    }

    private DiscoverySource.Resources routed() {
        return Objects.requireNonNull(routed, "no node yet");
    }

    /// What all streams of a server share.
    ///
    /// @param patience how long routes wait for a silent proxy
    /// @param gone told of each stream that ended
    record Surroundings(
            DiscoverySource source,
            DiscoveryObserver observer,
            PushQueue<DiscoveryStream> queue,
            Ticker ticker,
            Timers timers,
            Duration patience,
            Consumer<DiscoveryStream> gone) {}
}
