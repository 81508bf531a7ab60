package dev.serin.proxy;

import dev.serin.base.chance.Draws;
import dev.serin.base.time.Ticker;
import dev.serin.proxy.http.alpn.AlpnFilters;
import dev.serin.proxy.http.buffer.BufferFilters;
import dev.serin.proxy.http.cors.CorsFactory;
import dev.serin.proxy.http.fault.FaultFactory;
import dev.serin.proxy.http.filter.HttpFilterFactory;
import dev.serin.proxy.http.forward.ForwardFilters;
import dev.serin.proxy.http.grpcstats.GrpcStatsFilters;
import dev.serin.proxy.http.grpcweb.GrpcWebFilters;
import dev.serin.proxy.http.headermutation.HeaderMutationFilters;
import dev.serin.proxy.http.ratelimit.LocalLimitFilters;
import dev.serin.proxy.http.rbac.RbacFilters;
import dev.serin.proxy.network.filter.NetworkFilterFactory;
import dev.serin.proxy.network.limit.ConnectionCounts;
import dev.serin.proxy.network.ratelimit.ConnectionLimits;
import dev.serin.proxy.network.rbac.ConnectionRbac;
import dev.serin.proxy.network.sni.SniClusters;

import java.util.List;

/// The filters of every proxy, but for those of telemetry: a new one is one more line here.
final class Filters {
    private Filters() {}

    static List<HttpFilterFactory> ofStreams(Ticker ticker, Draws draws) {
        return List.of(
                new AlpnFilters(),
                new BufferFilters(),
                new CorsFactory(draws),
                new FaultFactory(draws),
                new ForwardFilters(),
                new GrpcStatsFilters(),
                new GrpcWebFilters(),
                new HeaderMutationFilters(),
                new LocalLimitFilters(ticker, draws),
                new RbacFilters());
    }

    /// The filters of connections.
    static List<NetworkFilterFactory> ofConnections(Ticker ticker) {
        return List.of(
                new ConnectionCounts(),
                new ConnectionLimits(ticker),
                new ConnectionRbac(),
                new SniClusters());
    }
}
