package dev.serin.proxy;

import dev.serin.base.chance.Draws;
import dev.serin.proxy.http.cors.CorsFactory;
import dev.serin.proxy.http.fault.FaultFactory;
import dev.serin.proxy.http.filter.HttpFilterFactory;
import dev.serin.proxy.http.rbac.RbacFilters;
import dev.serin.proxy.network.filter.NetworkFilterFactory;
import dev.serin.proxy.network.rbac.ConnectionRbac;

import java.util.List;

/// The filters of every proxy, but for those of telemetry: a new one is one more line here.
final class Filters {
    private Filters() {}

    static List<HttpFilterFactory> ofStreams(Draws draws) {
        return List.of(new FaultFactory(draws), new CorsFactory(draws), new RbacFilters());
    }

    /// The filters of connections.
    static List<NetworkFilterFactory> ofConnections() {
        return List.of(new ConnectionRbac());
    }
}
