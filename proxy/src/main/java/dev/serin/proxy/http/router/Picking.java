package dev.serin.proxy.http.router;

import dev.serin.proxy.http.RequestHead;
import dev.serin.proxy.route.RouteAction.Forward;
import dev.serin.proxy.route.RouteMatch;
import dev.serin.proxy.stream.Downstream;
import dev.serin.proxy.stream.HostSearch;
import dev.serin.proxy.upstream.Aggregate;
import dev.serin.proxy.upstream.Host;
import dev.serin.proxy.upstream.LiveCluster;
import dev.serin.proxy.upstream.balance.MetadataMatch;
import dev.serin.proxy.upstream.balance.PickContext;

import org.jspecify.annotations.Nullable;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Consumer;

/// What a cluster may ask of a request that wants a host. The stream's event loop only.
final class Picking implements PickContext {
    private final RoutedStream stream;
    private final RouteMatch route;
    private final Forward forward;
    private @Nullable OptionalLong hash;
    private List<String> cookies = List.of();
    private Set<Host> tried = Set.of();
    private List<InetSocketAddress> triedAddresses = List.of();
    private List<Integer> priorities = List.of();
    private int tries;
    private Aggregate.@Nullable Member member;

    Picking(RoutedStream stream, RouteMatch route, Forward forward) {
        this.stream = stream;
        this.route = route;
        this.forward = forward;
    }

    /// An attempt on this host has come to nothing, and there will be another.
    void tried(Host host) {
        tries++;
        tried = tried.isEmpty() ? new HashSet<>(4) : tried;
        tried.add(host);
        triedAddresses = triedAddresses.isEmpty() ? new ArrayList<>(2) : triedAddresses;
        triedAddresses.add(host.address());
        if (forward.retry().hosts().priorityEvery() > 0) {
            priorities = priorities.isEmpty() ? new ArrayList<>(4) : priorities;
            priorities.add(member == null ? host.priority() : member.at());
        }
    }

    /// Hands on the cluster whose host is to be picked: this one, or one of those that it stands
    /// for; null if there is none. At once, or when the host that the request names is found, which
    /// may be when the stream is over.
    void from(LiveCluster cluster, Consumer<@Nullable LiveCluster> then) {
        var aggregate = cluster.aggregate();
        member = aggregate == null ? null : aggregate.choose(stream::cluster, left());
        var from = aggregate == null ? cluster : member == null ? null : member.cluster();
        if (from == null || !waits(from, () -> then.accept(from))) {
            then.accept(from);
        }
    }

    /// Whether the cluster has to look for the host that the request names.
    private boolean waits(LiveCluster cluster, Runnable then) {
        var forward = cluster.config().forward();
        return forward != null
                && cluster.seek(
                                forward.cache(),
                                stream.request().authority(),
                                _ -> stream.loop().execute(then))
                        == HostSearch.WAITING;
    }

    @Override
    public int forcedPriority() {
        return member == null ? -1 : member.priority();
    }

    /// Where attempts have come to nothing, in their order.
    List<InetSocketAddress> triedAddresses() {
        return triedAddresses;
    }

    /// Values of `set-cookie` that the response shall carry, since a hash was made by them.
    List<String> cookies() {
        return cookies;
    }

    @Override
    public long nanos() {
        return stream.worker().ticker().nanos();
    }

    @Override
    public int worker() {
        return stream.worker().index();
    }

    @Override
    public Downstream downstream() {
        return stream.downstream();
    }

    @Override
    public RequestHead request() {
        return stream.request();
    }

    @Override
    public OptionalLong hash() {
        var known = hash;
        if (known == null) {
            known =
                    forward.balance()
                            .hash()
                            .hash(stream.request(), downstream(), stream.slots(), this::cookie);
            hash = known;
        }
        return known;
    }

    private void cookie(String value) {
        cookies = cookies.isEmpty() ? new ArrayList<>(1) : cookies;
        cookies.add(value);
    }

    @Override
    public MetadataMatch metadataMatch() {
        return route.endpoints(forward);
    }

    @Override
    public boolean avoids(Host host) {
        return tries > 0 && forward.retry().hosts().avoids(host, tried);
    }

    @Override
    public int triedPriorities() {
        return member == null ? left() : 0; // of an aggregate they are places in its line
    }

    /// Those of the attempts up to the last whole round of `priorityEvery`.
    private int left() {
        var every = forward.retry().hosts().priorityEvery();
        if (every <= 0 || tries < every) {
            return 0;
        }
        var set = 0;
        for (var i = 0; i < tries / every * every; i++) {
            set |= 1 << Math.min(priorities.get(i), Integer.SIZE - 1);
        }
        return set;
    }

    @Override
    public int repicks() {
        return forward.retry().hosts().repicks();
    }
}
