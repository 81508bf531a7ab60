package dev.serin.proxy.upstream;

import dev.serin.base.time.Timers;
import dev.serin.proxy.upstream.Assignment.Address;
import dev.serin.proxy.upstream.Assignment.Endpoint;
import dev.serin.proxy.upstream.ClusterConfig.Discovery;
import dev.serin.proxy.upstream.balance.PickContext;

import org.jspecify.annotations.Nullable;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// The hosts of an ORIGINAL_DST cluster: made when something is meant for them, gone when they have
/// not been used for a while. Any worker picks; the owner cleans up.
final class OriginalHosts {
    private final ClusterConfig config;
    private final Upstream upstream;
    private final ClusterObserver observer;
    private final Map<InetSocketAddress, Host> hosts = new ConcurrentHashMap<>();
    private final Map<Host, Long> seen = new ConcurrentHashMap<>();
    private final Timers.@Nullable Timer cleaning;

    OriginalHosts(ClusterConfig config, Upstream upstream, ClusterObserver observer) {
        this.config = config;
        this.upstream = upstream;
        this.observer = observer;
        cleaning =
                config.discovery() == Discovery.ORIGINAL_DST
                        ? upstream.timers()
                                .every(
                                        config.membership().cleanup(),
                                        () -> upstream.owner().execute(this::clean))
                        : null;
    }

    Collection<Host> all() {
        return hosts.values();
    }

    @Nullable Host pick(PickContext context) {
        var wanted = wanted(context);
        if (wanted == null) {
            observer.count(ClusterEvent.ORIGINAL_DST_HOST_INVALID);
            return null;
        }
        var host = hosts.get(wanted);
        return host != null ? host : hosts.computeIfAbsent(wanted, this::fresh);
    }

    private @Nullable InetSocketAddress wanted(PickContext context) {
        var original = config.original();
        var wanted = context.downstream().local();
        if (original == null) {
            return wanted;
        }
        var request = context.request();
        if (original.header() != null && request != null) {
            var named = request.headers().get(original.header());
            if (named != null) {
                wanted = parse(named);
            }
        }
        return wanted == null || original.port() == 0
                ? wanted
                : new InetSocketAddress(wanted.getAddress(), original.port());
    }

    private static @Nullable InetSocketAddress parse(String text) {
        var colon = text.lastIndexOf(':');
        try {
            return new InetSocketAddress(
                    InetAddress.ofLiteral(
                            text.substring(0, Math.max(0, colon)).replaceAll("[\\[\\]]", "")),
                    Integer.parseInt(text.substring(colon + 1)));
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    private Host fresh(InetSocketAddress address) {
        var endpoint =
                Endpoint.at(
                        new Address(address.getAddress().getHostAddress(), address.getPort()),
                        List.of(),
                        "");
        observer.count(ClusterEvent.MEMBERSHIP_CHANGE);
        return new Host(
                endpoint,
                upstream.workers().count(),
                config.hostConnections(),
                upstream.ticker().nanos());
    }

    /// A worker holds no connection to it any more.
    void unused(Host host) {
        if (host.active() == 0 && hosts.remove(host.address(), host)) {
            LiveCluster.leave(host, upstream.workers().all());
        }
    }

    /// Those that no request has wanted since the last time and none is using.
    private void clean() {
        for (var host : List.copyOf(hosts.values())) {
            var before = seen.put(host, host.requests());
            if (before != null && before == host.requests() && host.active() == 0) {
                hosts.remove(host.address(), host);
                LiveCluster.leave(host, upstream.workers().all());
            }
        }
        seen.keySet().retainAll(hosts.values());
    }

    /// Owner thread.
    void close() {
        if (cleaning != null) {
            cleaning.cancel();
        }
        hosts.values().forEach(host -> LiveCluster.leave(host, upstream.workers().all()));
    }
}
