package dev.serin.proxy.ads;

import dev.serin.base.flow.Owner;
import dev.serin.base.lifecycle.Readiness;
import dev.serin.base.time.Backoff;
import dev.serin.base.time.Timers;
import dev.serin.proxy.snapshot.ConfigUpdate;
import dev.serin.xds.ResourceType;
import dev.serin.xds.client.AdsClient;
import dev.serin.xds.client.AdsState;
import dev.serin.xds.client.AdsTerms;
import dev.serin.xds.client.ResourceWatcher;
import dev.serin.xds.client.Transport;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Carries resources from the control plane to the data plane, and what the data plane refers to
/// back as subscriptions. The server sends clusters before endpoints, listeners before routes; each
/// response is applied as it comes, so what a listener needs is there before it. The proxy's owner
/// owns it.
public final class DiscoveryFeed implements ResourceWatcher, AutoCloseable {
    private static final Set<ResourceType> BY_NAME =
            Set.of(ResourceType.ENDPOINT, ResourceType.ROUTE, ResourceType.SECRET);

    private final Plane plane;
    private final ConfigLedger ledger;
    private final AdsClient client;
    private final Map<ResourceType, Runnable> came = new EnumMap<>(ResourceType.class);
    private final Log log;
    private String lastFailure = "";

    /// @param terms for what is asked for as a whole, readiness waits
    public DiscoveryFeed(
            AdsTerms terms, Transport transport, Plane plane, ConfigLedger ledger, Needs needs) {
        this.plane = plane;
        this.ledger = ledger;
        this.log = needs.log();
        for (var type : terms.whole()) {
            var what = type == ResourceType.CLUSTER ? "clusters" : "listeners";
            came.put(type, needs.readiness().await(what + " from " + transport.address()));
        }
        this.client =
                new AdsClient(
                        terms, transport, this, needs.timers(), needs.backoff(), needs.owner());
    }

    public void start() {
        client.start();
    }

    public AdsState state() {
        return client.state();
    }

    @Override
    public void connected() {
        lastFailure = "";
        log.info("discovery: connected to " + client.state().server());
    }

    /// Each reason once, not each attempt.
    @Override
    public void disconnected(String why) {
        if (!why.equals(lastFailure)) {
            lastFailure = why;
            log.warning("discovery: " + client.state().server() + ": " + why);
        }
    }

    @Override
    public List<Refused> changed(Change change) {
        var update =
                new ConfigUpdate(
                        change.type().typeUrl(),
                        change.resources().stream()
                                .map(r ->
                                        new ConfigUpdate.Versioned(r.name(), r.version(), r.body()))
                                .toList(),
                        change.removed());
        var rejected = plane.apply(update);
        ledger.note(update, rejected);
        rejected.forEach(r -> log.warning("not applied: " + r));
        for (var type : BY_NAME) {
            client.want(type, plane.wanted(type.typeUrl()));
        }
        came.getOrDefault(change.type(), () -> {}).run();
        return rejected.stream()
                .map(r -> new Refused(r.name(), r.field() + ": " + r.reason()))
                .toList();
    }

    @Override
    public void close() {
        client.close();
    }

    /// What the feed stands on.
    ///
    /// @param backoff between two attempts to connect
    /// @param owner the proxy's
    public record Needs(
            Owner owner, Timers timers, Backoff backoff, Readiness readiness, Log log) {}

    /// Where what a person should know goes.
    public interface Log {
        void info(String text);

        void warning(String text);
    }
}
