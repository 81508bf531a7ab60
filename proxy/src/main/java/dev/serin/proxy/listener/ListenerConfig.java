package dev.serin.proxy.listener;

import dev.serin.proxy.http.manager.HttpManager;
import dev.serin.proxy.network.TcpConfig;
import dev.serin.proxy.network.filter.NetworkFilter;
import dev.serin.proxy.stream.AccessLog;
import dev.serin.proxy.stream.Direction;

import org.jspecify.annotations.Nullable;

import java.net.InetSocketAddress;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/// A listener as configured, compiled from Envoy's Listener. Immutable but for its chains' drain
/// flags.
///
/// @param addresses where it listens, or for one that does not bind what it takes over
/// @param bind whether it has sockets; if not, another listener hands connections to it
/// @param handOff whether connections go on to the listener of their original destination
/// @param chains in the order of the configuration
/// @param fallback for connections that no chain matches; null to close them
/// @param detectMillis how long it waits for the first octets; 0 for ever
/// @param goOnUndetected whether a connection without them is taken as plain TCP
/// @param logs of connections that no chain took
public record ListenerConfig(
        String name,
        List<InetSocketAddress> addresses,
        boolean bind,
        boolean handOff,
        Inspection inspection,
        List<Chain> chains,
        @Nullable Chain fallback,
        long detectMillis,
        boolean goOnUndetected,
        Direction direction,
        List<AccessLog> logs) {
    /// What a listener finds out before it chooses a chain. A null condition turns one off.
    ///
    /// @param originalDestination by netfilter
    public record Inspection(
            boolean originalDestination, @Nullable PortTest tls, @Nullable PortTest http) {}

    /// Whether an inspection is made for connections to this port.
    @FunctionalInterface
    public interface PortTest {
        boolean test(int port);
    }

    /// A filter chain.
    public static final class Chain {
        private final String name;
        private final ChainMatch match;
        private final List<NetworkFilter> filters;
        private final Target target;
        private volatile boolean draining;

        /// @param filters before the target, in order
        Chain(String name, ChainMatch match, List<NetworkFilter> filters, Target target) {
            this.name = name;
            this.match = match;
            this.filters = List.copyOf(filters);
            this.target = target;
        }

        public String name() {
            return name;
        }

        public ChainMatch match() {
            return match;
        }

        public List<NetworkFilter> filters() {
            return filters;
        }

        public Target target() {
            return target;
        }

        /// Its connections end with their present stream.
        public void drain() {
            draining = true;
        }

        public boolean draining() {
            return draining;
        }
    }

    /// What a chain does with connections.
    public sealed interface Target {}

    /// They are HTTP.
    public record Http(HttpManager manager) implements Target {}

    /// They are passed on octet by octet.
    public record Tcp(TcpConfig config) implements Target {}

    /// Names of the discovered routes that it needs.
    public Set<String> routeNames() {
        var names = new LinkedHashSet<String>();
        for (var chain : all()) {
            if (chain.target() instanceof Http http && http.manager().rdsName() != null) {
                names.add(http.manager().rdsName());
            }
        }
        return names;
    }

    /// Names of the clusters that it needs by itself, not through discovered routes.
    public Set<String> clusterNames() {
        var names = new LinkedHashSet<String>();
        for (var chain : all()) {
            switch (chain.target()) {
                case Tcp tcp -> tcp.config().shares().forEach(s -> names.add(s.cluster()));
                case Http http -> {
                    if (http.manager().inline() != null) {
                        names.addAll(http.manager().inline().clusters());
                    }
                }
            }
        }
        return names;
    }

    /// The chains, the fallback included.
    public List<Chain> all() {
        if (fallback == null) {
            return chains;
        }
        var all = new java.util.ArrayList<>(chains);
        all.add(fallback);
        return all;
    }
}
