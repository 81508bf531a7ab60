package dev.serin.proxy.upstream.dns;

import dev.serin.base.chance.Draw;
import dev.serin.base.time.Timers;
import dev.serin.proxy.upstream.Assignment;
import dev.serin.proxy.upstream.Assignment.Address;
import dev.serin.proxy.upstream.Assignment.Endpoint;
import dev.serin.proxy.upstream.ClusterEvent;
import dev.serin.proxy.upstream.ClusterObserver;
import dev.serin.proxy.upstream.dns.Resolver.Answer;

import org.jspecify.annotations.Nullable;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/// Keeps the endpoints of a DNS cluster as its names resolve, each name at a pace of its own.
/// Look-ups run on threads of their own, since the machine's resolver blocks; the rest is the
/// owner's.
public final class DnsHosts implements AutoCloseable {
    private final DnsConfig config;
    private final Assignment assignment;
    private final boolean logical;
    private final Means means;
    private final Consumer<Assignment> found;
    private final Pauses pauses;
    private final Map<String, List<InetAddress>> known = new HashMap<>();
    private final Map<String, Integer> failures = new HashMap<>();
    private final Map<String, Timers.Timer> next = new HashMap<>();
    private boolean closed;

    /// What it works with.
    public record Means(
            Resolver resolver, Timers timers, Executor owner, ClusterObserver observer) {}

    /// @param logical whether a name is one host, whatever number of addresses it has
    /// @param found gets the endpoints with literal addresses, on the owner's thread
    public DnsHosts(
            DnsConfig config,
            Assignment assignment,
            boolean logical,
            Means means,
            Draw jitter,
            Consumer<Assignment> found) {
        this.config = config;
        this.assignment = assignment;
        this.logical = logical;
        this.means = means;
        this.pauses = new Pauses(config, jitter);
        this.found = found;
    }

    /// Begins; owner thread.
    public void start() {
        assignment.endpoints().stream()
                .map(endpoint -> endpoint.address().host())
                .distinct()
                .forEach(this::resolve);
    }

    private void resolve(String name) {
        means.observer().count(ClusterEvent.UPDATE_ATTEMPT);
        means.resolver()
                .resolve(
                        name,
                        config.family(),
                        answer -> means.owner().execute(() -> answered(name, answer)));
    }

    /// @param answer null if the look-up failed: the hosts that were found before stay
    private void answered(String name, @Nullable Answer answer) {
        if (closed) {
            return;
        }
        if (answer == null) {
            means.observer().count(ClusterEvent.UPDATE_FAILURE);
            failures.merge(name, 1, Integer::sum);
            if (known.putIfAbsent(name, List.of()) == null) {
                publish(); // nothing is known of it, and that is known now
            }
        } else {
            means.observer().count(ClusterEvent.UPDATE_SUCCESS);
            failures.remove(name);
            var before = known.put(name, answer.addresses());
            if (!answer.addresses().equals(before)) {
                publish();
            } else {
                means.observer().count(ClusterEvent.UPDATE_NO_REBUILD);
            }
        }
        next.put(
                name,
                means.timers()
                        .after(
                                pauses.after(failures.getOrDefault(name, 0), answer),
                                () -> means.owner().execute(() -> again(name))));
    }

    private void again(String name) {
        if (!closed) {
            resolve(name);
        }
    }

    private void publish() {
        var names = assignment.endpoints().stream().map(e -> e.address().host()).toList();
        if (!known.keySet().containsAll(names)) {
            return; // until each was asked once
        }
        var endpoints = new ArrayList<Endpoint>();
        for (var endpoint : assignment.endpoints()) {
            var port = endpoint.address().port();
            var addresses =
                    known.getOrDefault(endpoint.address().host(), List.of()).stream()
                            .map(a -> new Address(a.getHostAddress(), port))
                            .toList();
            if (logical && !addresses.isEmpty()) {
                endpoints.add(
                        endpoint.at(addresses.getFirst(), addresses.subList(1, addresses.size())));
            } else {
                addresses.forEach(address -> endpoints.add(endpoint.at(address, List.of())));
            }
        }
        if (endpoints.isEmpty()) {
            means.observer().count(ClusterEvent.UPDATE_EMPTY);
        }
        found.accept(assignment.with(endpoints));
    }

    /// Asks no more; owner thread.
    @Override
    public void close() {
        closed = true;
        next.values().forEach(Timers.Timer::cancel);
    }
}
