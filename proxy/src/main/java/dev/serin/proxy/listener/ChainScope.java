package dev.serin.proxy.listener;

import dev.serin.base.chance.Draws;
import dev.serin.proxy.http.manager.Scope;
import dev.serin.proxy.listener.ListenerConfig.Chain;
import dev.serin.proxy.route.RouteTable;
import dev.serin.proxy.stream.StreamObserver;
import dev.serin.proxy.upstream.LiveCluster;

import org.jspecify.annotations.Nullable;

/// The data plane, as one filter chain's connections see it.
record ChainScope(Scope outer, Chain chain) implements Scope {
    @Override
    public @Nullable RouteTable routes(String name) {
        return outer.routes(name);
    }

    @Override
    public @Nullable LiveCluster cluster(String name) {
        return outer.cluster(name);
    }

    @Override
    public Draws draws() {
        return outer.draws();
    }

    @Override
    public StreamObserver observer() {
        return outer.observer();
    }

    @Override
    public boolean draining() {
        return chain.draining() || outer.draining();
    }
}
