package dev.serin.proxy.http.router;

import dev.serin.proxy.http.RequestHead;
import dev.serin.proxy.stream.Downstream;
import dev.serin.proxy.upstream.Host;
import dev.serin.proxy.upstream.balance.PickContext;

import java.util.HashSet;
import java.util.Set;

/// What a cluster may ask of a request that wants a host. The stream's event loop only.
final class Picking implements PickContext {
    private final RoutedStream stream;
    private Set<Host> avoided = Set.of();

    Picking(RoutedStream stream) {
        this.stream = stream;
    }

    /// The next attempt would rather have another host.
    void avoid(Host host) {
        avoided = avoided.isEmpty() ? new HashSet<>(4) : avoided;
        avoided.add(host);
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
    public boolean avoids(Host host) {
        return avoided.contains(host);
    }
}
