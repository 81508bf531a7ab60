package dev.serin.proxy.listener;

import dev.serin.base.chance.Draws;
import dev.serin.proxy.http.manager.HttpManager;
import dev.serin.proxy.http.manager.Scope;
import dev.serin.proxy.listener.ListenerConfig.Chain;
import dev.serin.proxy.listener.ListenerConfig.Http;
import dev.serin.proxy.stream.StreamObserver;
import dev.serin.proxy.worker.Pressure;

/// The data plane, as one connection of a filter chain sees it.
///
/// @param share of a drain's time after which this connection ends
record ChainScope(Scope outer, Chain chain, double share, Pressure pressure) implements Scope {
    @Override
    public Known known() {
        return outer.known();
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
        var drain = chain.newest().drain();
        return drain != null && drain.has(share) || outer.draining() || pressure.endsConnections();
    }

    @Override
    public HttpManager newest(HttpManager manager) {
        return chain.newest().target() instanceof Http(var newest) ? newest : manager;
    }
}
