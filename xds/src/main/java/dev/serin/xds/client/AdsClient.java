package dev.serin.xds.client;

import dev.serin.base.lifecycle.LeftOver;
import dev.serin.base.time.Backoff;
import dev.serin.base.time.Timers;
import dev.serin.xds.ResourceType;

import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

/// The proxy's end of the discovery protocol: ADS over gRPC. Clusters and listeners are subscribed
/// to as a whole, the other types by name ([#want]). While the server is gone nothing is forgotten:
/// what was applied stays in force, and the next stream tells the server what it is.
///
/// All state belongs to the owner, an executor that runs one task at a time; any thread may call.
public final class AdsClient implements AutoCloseable {
    private final AdsTerms terms;
    private final Transport transport;
    private final ResourceWatcher watcher;
    private final Timers timers;
    private final Backoff backoff;
    private final Executor owner;
    private final Map<ResourceType, TypeSubscription> types = new EnumMap<>(ResourceType.class);
    private final Queue<DeltaDiscoveryRequest> answers = new ArrayDeque<>();
    private final LeftOver.Held held;
    private @Nullable AdsStream<?, ?> stream;
    private Timers.@Nullable Timer retry;
    private boolean closed;
    private boolean nodeSent;
    private boolean answered;
    private int attempts;
    private @Nullable String failure;
    private volatile AdsState state;

    /// @param backoff between two attempts; the owner's from now on
    /// @param owner runs one task at a time, in order
    public AdsClient(
            AdsTerms terms,
            Transport transport,
            ResourceWatcher watcher,
            Timers timers,
            Backoff backoff,
            Executor owner) {
        this.terms = terms;
        this.transport = transport;
        this.watcher = watcher;
        this.timers = timers;
        this.backoff = backoff;
        this.owner = owner;
        this.held = LeftOver.hold("ads client", terms.node().getId());
        for (var type : ResourceType.values()) {
            types.put(type, new TypeSubscription(type, terms.whole().contains(type)));
        }
        this.state = new AdsState(false, transport.address(), 0, null, Map.of());
    }

    /// Connects, and again whenever the stream ends, until closed.
    public void start() {
        owner.execute(this::connect);
    }

    /// Makes `names` all that is wanted of `type` from now on.
    public void want(ResourceType type, Set<String> names) {
        var copy = Set.copyOf(names);
        owner.execute(() -> {
            subscription(type).want(copy);
            flush();
            publish();
        });
    }

    /// The newest state; any thread.
    public AdsState state() {
        return state;
    }

    /// Ends the stream and tries no more.
    @Override
    public void close() {
        try {
            owner.execute(this::end);
        } catch (RejectedExecutionException e) {
            end();
        }
    }

    private void end() {
        closed = true;
        if (retry != null) {
            retry.cancel();
        }
        held.release();
        if (stream != null) {
            stream.close();
            stream = null;
        }
    }

    private void connect() {
        if (closed) {
            return;
        }
        attempts++;
        nodeSent = false;
        answered = false;
        answers.clear();
        types.values().forEach(TypeSubscription::restart);
        try {
            var opened = new AdsStream<>(transport, terms.dialect(), owner, new Events());
            stream = opened;
            opened.start();
            publish();
        } catch (IOException | RuntimeException e) {
            ended(String.valueOf(e.getMessage()));
        }
    }

    /// Sends what is due while the stream takes it: answers first, since the server may wait for
    /// them, then changed subscriptions, merged, in the order of [ResourceType].
    private void flush() {
        if (stream == null) {
            return;
        }
        while (stream.isReady()) {
            var next = next();
            if (next == null) {
                return;
            }
            if (!nodeSent) {
                nodeSent = true;
                next = next.toBuilder().setNode(terms.node()).build();
            }
            stream.send(next);
        }
    }

    private @Nullable DeltaDiscoveryRequest next() {
        var answer = answers.poll();
        if (answer != null) {
            return answer;
        }
        for (var type : types.values()) {
            var pending = type.pending();
            if (pending != null) {
                return pending.build();
            }
        }
        return null;
    }

    private void received(DeltaDiscoveryResponse response) {
        if (!answered) {
            answered = true;
            watcher.connected();
        }
        backoff.reset();
        var type = ResourceType.of(response.getTypeUrl());
        if (type == null) {
            // Nothing of an unknown type was asked for; an ACK would claim that it is in force.
            return;
        }
        var change =
                new ResourceWatcher.Change(
                        type,
                        response.getSystemVersionInfo(),
                        response.getResourcesList().stream()
                                .map(r ->
                                        new ResourceWatcher.Received(
                                                r.getName(), r.getVersion(), r.getResource()))
                                .toList(),
                        List.copyOf(response.getRemovedResourcesList()));
        answers.add(subscription(type).answer(response.getNonce(), change, apply(change)));
        flush();
        publish();
    }

    /// A watcher that fails has applied nothing that we may rely on: all of it is refused.
    private List<ResourceWatcher.Refused> apply(ResourceWatcher.Change change) {
        try {
            return watcher.changed(change);
        } catch (RuntimeException e) {
            return change.resources().stream()
                    .map(r -> new ResourceWatcher.Refused(r.name(), "not applied: " + e))
                    .toList();
        }
    }

    private void ended(String why) {
        if (closed) {
            return;
        }
        if (stream != null) {
            stream.close();
            stream = null;
        }
        answered = false;
        failure = why;
        watcher.disconnected(why);
        var wait = backoff.next();
        retry = timers.after(wait, () -> owner.execute(this::connect));
        publish();
    }

    private TypeSubscription subscription(ResourceType type) {
        var found = types.get(type);
        if (found == null) {
            throw new IllegalArgumentException("type: " + type);
        }
        return found;
    }

    private void publish() {
        var shown = new EnumMap<ResourceType, AdsState.OfType>(ResourceType.class);
        types.forEach((type, subscription) -> {
            var part = subscription.state();
            if (subscription.wildcard() || part.wanted() > 0 || part.updates() > 0) {
                shown.put(type, part);
            }
        });
        state = new AdsState(answered, transport.address(), attempts, failure, shown);
    }

    /// What a stream tells; on the owner.
    private final class Events implements AdsStream.Watcher {
        @Override
        public void ready(AdsStream<?, ?> from) {
            if (from == stream) {
                flush();
            }
        }

        @Override
        public void response(AdsStream<?, ?> from, DeltaDiscoveryResponse response) {
            if (from == stream) {
                received(response);
            }
        }

        @Override
        public void ended(AdsStream<?, ?> from, String why) {
            if (from == stream) {
                AdsClient.this.ended(why);
            }
        }
    }
}
