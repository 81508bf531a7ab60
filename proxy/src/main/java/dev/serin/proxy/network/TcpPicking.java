package dev.serin.proxy.network;

import dev.serin.proxy.network.TcpConfig.Share;
import dev.serin.proxy.stream.Downstream;
import dev.serin.proxy.stream.Slots;
import dev.serin.proxy.upstream.Host;
import dev.serin.proxy.upstream.balance.MetadataMatch;
import dev.serin.proxy.upstream.balance.PickContext;
import dev.serin.proxy.worker.Worker;

import java.util.HashSet;
import java.util.OptionalLong;
import java.util.Set;

/// What a cluster may ask of a connection that wants a host. The connection's event loop only.
final class TcpPicking implements PickContext {
    private final Worker worker;
    private final Downstream downstream;
    private final OptionalLong hash;
    private final MetadataMatch metadata;
    private final Set<Host> tried = new HashSet<>(2);
    private int priority = -1;

    TcpPicking(Worker worker, TcpConfig config, Share share, Downstream downstream, Slots slots) {
        this.worker = worker;
        this.downstream = downstream;
        this.hash = config.hash().hash(downstream, slots);
        this.metadata = share.metadata();
    }

    /// @param of as [PickContext#forcedPriority()]
    TcpPicking of(int of) {
        priority = of;
        return this;
    }

    @Override
    public int forcedPriority() {
        return priority;
    }

    /// It could not be connected to.
    void tried(Host host) {
        tried.add(host);
    }

    @Override
    public long nanos() {
        return worker.ticker().nanos();
    }

    @Override
    public int worker() {
        return worker.index();
    }

    @Override
    public Downstream downstream() {
        return downstream;
    }

    @Override
    public OptionalLong hash() {
        return hash;
    }

    @Override
    public MetadataMatch metadataMatch() {
        return metadata;
    }

    @Override
    public boolean avoids(Host candidate) {
        return tried.contains(candidate);
    }
}
