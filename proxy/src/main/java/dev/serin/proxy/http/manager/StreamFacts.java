package dev.serin.proxy.http.manager;

import com.google.protobuf.Struct;

import dev.serin.base.time.Ticker;
import dev.serin.base.time.Timers;
import dev.serin.proxy.http.RequestHead;
import dev.serin.proxy.http.router.RoutedStream;
import dev.serin.proxy.http.router.Router;
import dev.serin.proxy.route.RouteMatch;
import dev.serin.proxy.stream.Downstream;
import dev.serin.proxy.stream.Slots;
import dev.serin.proxy.stream.Timing;
import dev.serin.proxy.stream.UpstreamUse;
import dev.serin.proxy.upstream.LiveCluster;
import dev.serin.proxy.worker.Worker;

import io.netty.util.concurrent.EventExecutor;

import org.jspecify.annotations.Nullable;

import java.util.Map;

/// What a stream can answer by its connection and its route, for filters and the router to ask. The
/// path itself is [HttpStream]'s.
abstract sealed class StreamFacts implements RoutedStream permits HttpStream {
    final HttpConnection connection;
    final RequestHead request;
    final Slots slots = new Slots();
    @Nullable RouteMatch route;
    @Nullable Router router;
    long flags;

    StreamFacts(HttpConnection connection, RequestHead request) {
        this.connection = connection;
        this.request = request;
    }

    @Override
    public Worker worker() {
        return connection.worker();
    }

    @Override
    public @Nullable LiveCluster cluster(String name) {
        return connection.scope().cluster(name);
    }

    @Override
    public @Nullable RouteMatch route() {
        return route;
    }

    @Override
    public Downstream downstream() {
        return connection.downstream();
    }

    @Override
    public RequestHead request() {
        return request;
    }

    @Override
    public Slots slots() {
        return slots;
    }

    @Override
    public @Nullable String routeName() {
        return route == null ? null : route.name();
    }

    @Override
    public @Nullable String clusterName() {
        return route == null ? null : route.cluster();
    }

    @Override
    public Map<String, Struct> clusterMetadata() {
        var name = clusterName();
        var cluster = name == null ? null : cluster(name);
        return cluster == null ? Map.of() : cluster.config().metadata();
    }

    @Override
    public Map<String, Struct> routeMetadata() {
        return route == null ? Map.of() : route.metadata();
    }

    @Override
    public @Nullable UpstreamUse upstream() {
        return router == null ? null : router.use();
    }

    @Override
    public @Nullable Object perRoute(String filterName) {
        return route == null ? null : route.perFilter(filterName);
    }

    @Override
    public void flag(long bit) {
        flags |= bit;
    }

    @Override
    public Ticker ticker() {
        return worker().ticker();
    }

    @Override
    public EventExecutor loop() {
        return worker().loop();
    }

    @Override
    public Timers.Timer after(long millis, Runnable task) {
        return worker().after(millis, task);
    }

    /// The stations of this stream, which ends now.
    Timing timing(long start, long requestEnd, long responseFirst) {
        var via = router;
        return new Timing(
                start,
                requestEnd,
                via == null ? 0 : via.upstreamStart(),
                via == null ? 0 : via.upstreamFirst(),
                via == null ? 0 : via.upstreamEnd(),
                responseFirst,
                ticker().nanos());
    }
}
