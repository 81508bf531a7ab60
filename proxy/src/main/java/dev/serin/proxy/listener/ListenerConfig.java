package dev.serin.proxy.listener;

import dev.serin.proxy.http.manager.HttpManager;
import dev.serin.proxy.listener.Drains.Drain;
import dev.serin.proxy.network.TcpConfig;
import dev.serin.proxy.network.filter.NetworkFilter;
import dev.serin.proxy.stream.AccessLog;
import dev.serin.proxy.stream.Direction;
import dev.serin.proxy.tls.LiveTls;

import io.envoyproxy.envoy.config.listener.v3.FilterChain;
import io.netty.channel.Channel;

import org.jspecify.annotations.Nullable;

import java.net.InetSocketAddress;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// A listener as configured, compiled from Envoy's Listener. Immutable but for what its chains keep
/// of their connections.
///
/// @param addresses where it listens, or for one that does not bind what it takes over
/// @param bind whether it has sockets; if not, another listener hands connections to it
/// @param handOff whether connections go on to the listener of their original destination
/// @param chains in the order of the configuration
/// @param fallback for connections that no chain matches; null to close them
/// @param statName what it is called in metrics
/// @param detectMillis how long it waits for the first octets; 0 for ever
/// @param goOnUndetected whether a connection without them is taken as plain TCP
/// @param logs of connections, when they are over
public record ListenerConfig(
        String name,
        String statName,
        List<InetSocketAddress> addresses,
        boolean bind,
        boolean handOff,
        Binding binding,
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
    /// @param proxyHeader null if connections do not begin with a PROXY header
    public record Inspection(
            boolean originalDestination,
            @Nullable PortTest tls,
            @Nullable PortTest http,
            ProxyHeaderReader.@Nullable Rules proxyHeader) {}

    /// Whether an inspection is made for connections to this port.
    @FunctionalInterface
    public interface PortTest {
        boolean test(int port);
    }

    /// How the sockets of a listener are made. A change of it makes new ones.
    ///
    /// @param backlog connections that wait to be accepted
    /// @param accepts connections taken in one go; 0 for the usual number
    /// @param bufferLimit octets that may wait to be written to a client
    /// @param options by kernel number, set before the socket is bound
    /// @param fourToo IPv6 addresses at which IPv4 is taken too
    public record Binding(
            int backlog,
            int accepts,
            int bufferLimit,
            boolean transparent,
            boolean freebind,
            int fastOpen,
            List<SocketOption> options,
            Set<InetSocketAddress> fourToo) {
        public static final Binding USUAL =
                new Binding(4096, 0, 256 * 1024, false, false, 0, List.of(), Set.of());
    }

    /// An option of a socket by the kernel's numbers.
    public record SocketOption(int level, int name, int value) {}

    /// A filter chain. Its connections are kept with it, and go over to the chain that takes its
    /// place if that carries traffic alike.
    public static final class Chain {
        private final String name;
        private final ChainMatch match;
        private final List<NetworkFilter> filters;
        private final Target target;
        private final Security security;
        private final FilterChain carried;
        private Set<Connection> connections = ConcurrentHashMap.newKeySet();
        private volatile @Nullable Chain heir;
        private volatile @Nullable Drain drain;

        /// One of its connections.
        ///
        /// @param share of the drain time after which it ends, from 0 to 1
        record Connection(Channel channel, double share) {}

        /// What a client has to go through before anything else.
        ///
        /// @param tls null for none
        /// @param handshakeMillis for a TLS handshake; 0 for ever
        record Security(@Nullable LiveTls tls, long handshakeMillis) {}

        /// @param filters before the target, in order
        /// @param carried by which a chain is known that may take its connections over
        Chain(
                String name,
                ChainMatch match,
                List<NetworkFilter> filters,
                Target target,
                Security security,
                FilterChain carried) {
            this.name = name;
            this.match = match;
            this.filters = List.copyOf(filters);
            this.target = target;
            this.security = security;
            this.carried = carried;
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

        /// Null if its connections have none.
        public @Nullable LiveTls tls() {
            return security.tls();
        }

        long handshakeMillis() {
            return security.handshakeMillis();
        }

        /// Whether connections of `other` may go on with this one.
        boolean carriesAs(Chain other) {
            return carried.equals(other.carried);
        }

        /// Hands the connections over; before anyone else sees the heir. Owner thread.
        void leaveTo(Chain next) {
            next.connections = connections;
            heir = next;
        }

        /// The chain that stands in the place of this one now, itself if none does.
        Chain newest() {
            var newest = this;
            for (var next = heir; next != null; next = next.heir) {
                newest = next;
            }
            if (newest != this) {
                heir = newest; // so that a chain of heirs is no memory
            }
            return newest;
        }

        Set<Connection> connections() {
            return connections;
        }

        @Nullable Drain drain() {
            return drain;
        }

        /// Its connections end from now on. Owner thread.
        void drain(Drain begun) {
            drain = begun;
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
