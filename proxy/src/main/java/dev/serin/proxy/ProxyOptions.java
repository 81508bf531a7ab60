package dev.serin.proxy;

import dev.serin.proxy.bootstrap.Application;
import dev.serin.proxy.bootstrap.Discovery;
import dev.serin.proxy.bootstrap.Overload;
import dev.serin.proxy.bootstrap.Ports;
import dev.serin.proxy.listener.Drains;
import dev.serin.proxy.snapshot.ConfigUpdate;

import io.envoyproxy.envoy.config.core.v3.Node;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/// What one proxy is told at its start. Immutable; see the package `bootstrap` for where it comes
/// from.
///
/// @param node who it is, with the metadata that the control plane and peers read
/// @param discovery null takes what is in `statics` and asks nobody
/// @param statics resources from the start, in order
/// @param ports where it answers for itself
/// @param application what runs beside it
/// @param overload what it gives up when it has too much to do
/// @param shownStats which statistics its pages show, by their whole names; null for all
/// @param localCluster the name of the cluster that it is a host of itself; null for none
/// @param drain how long connections of what is removed may go on
public record ProxyOptions(
        Node node,
        @Nullable Discovery discovery,
        List<ConfigUpdate> statics,
        Ports ports,
        Application application,
        @Nullable String localCluster,
        Overload overload,
        @Nullable Predicate<String> shownStats,
        Duration drain) {
    /// One that is a host of no cluster.
    public ProxyOptions(
            Node node,
            @Nullable Discovery discovery,
            List<ConfigUpdate> statics,
            Ports ports,
            Application application) {
        this(node, discovery, statics, ports, application, null);
    }

    /// One that gives up what is usual when it is short of memory.
    public ProxyOptions(
            Node node,
            @Nullable Discovery discovery,
            List<ConfigUpdate> statics,
            Ports ports,
            Application application,
            @Nullable String localCluster) {
        this(
                node,
                discovery,
                statics,
                ports,
                application,
                localCluster,
                Overload.USUAL,
                null,
                Drains.USUAL);
    }

    /// Names of the listeners that are there from the start.
    Set<String> staticListeners() {
        return statics.stream()
                .filter(update -> update.typeUrl().equals(ConfigUpdate.LISTENER))
                .flatMap(update -> update.changed().stream())
                .map(ConfigUpdate.Versioned::name)
                .collect(Collectors.toUnmodifiableSet());
    }

    /// The same with another time to drain.
    public ProxyOptions withDrain(Duration other) {
        return new ProxyOptions(
                node,
                discovery,
                statics,
                ports,
                application,
                localCluster,
                overload,
                shownStats,
                other);
    }
}
