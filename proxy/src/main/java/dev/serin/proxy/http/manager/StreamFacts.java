package dev.serin.proxy.http.manager;

import com.google.protobuf.Struct;

import dev.serin.base.time.Ticker;
import dev.serin.base.time.Timers;
import dev.serin.proxy.http.Headers;
import dev.serin.proxy.http.HttpProtocol;
import dev.serin.proxy.http.RequestHead;
import dev.serin.proxy.http.ResponseHead;
import dev.serin.proxy.http.codec.RequestReader;
import dev.serin.proxy.http.codec.ResponseWriter;
import dev.serin.proxy.http.router.RoutedStream;
import dev.serin.proxy.http.router.Router;
import dev.serin.proxy.route.RouteAction.Forward;
import dev.serin.proxy.route.RouteMatch;
import dev.serin.proxy.route.Upgrades;
import dev.serin.proxy.stream.Downstream;
import dev.serin.proxy.stream.HostSearch;
import dev.serin.proxy.stream.Slots;
import dev.serin.proxy.stream.StreamEnd;
import dev.serin.proxy.stream.Timing;
import dev.serin.proxy.stream.Traffic;
import dev.serin.proxy.stream.UpstreamUse;
import dev.serin.proxy.tracing.Trace;
import dev.serin.proxy.upstream.LiveCluster;
import dev.serin.proxy.worker.Worker;

import io.netty.util.concurrent.EventExecutor;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/// What a stream can answer by its connection, its route and what it holds, for filters and the
/// router to ask. The path itself is [HttpStream]'s.
abstract sealed class StreamFacts implements RoutedStream permits HttpStream {
    final HttpConnection connection;
    final ResponseWriter out;
    final Scope.Known known;
    final RequestHead request;
    final Slots slots = new Slots();
    HttpManager.Chain chain;
    Downstream downstream;
    @Nullable RouteMatch route;
    @Nullable Router router;
    long flags;
    final long start;
    final long requestHeadBytes;
    @Nullable ResponseHead response;
    @Nullable Headers trailers;
    boolean writing;
    @Nullable Trace trace;
    String details = "";
    long received;
    long sent;

    /// Parts that a filter waits with, or for; null if none does.
    @Nullable HeldParts heldRequest;

    @Nullable HeldParts heldResponse;
    boolean requestEnded;
    long requestEnd;
    long responseFirst;

    /// The stream that this one's request goes on as; null while it does by itself.
    @Nullable RequestReader heir;

    StreamFacts(HttpConnection connection, ResponseWriter out, RequestHead request) {
        this.connection = connection;
        this.out = out;
        this.known = connection.scope().known();
        this.request = request;
        this.chain = connection.manager().chain();
        this.downstream = connection.downstream();
        this.start = connection.worker().ticker().nanos();
        this.requestHeadBytes = request.headers().bytes();
    }

    @Override
    public Worker worker() {
        return connection.worker();
    }

    @Override
    public @Nullable LiveCluster cluster(String name) {
        return known.cluster(name);
    }

    @Override
    public @Nullable RouteMatch route() {
        return route;
    }

    @Override
    public Downstream downstream() {
        return downstream;
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
        var used = router == null ? null : router.use();
        if (used != null) {
            return used;
        }
        var name = clusterName();
        var cluster = name == null ? null : cluster(name);
        return cluster == null
                ? null
                : UpstreamUse.of(
                        cluster.name(), cluster.config().statName(), cluster.config().metadata());
    }

    @Override
    public @Nullable Object perRoute(String filterName) {
        return route == null ? null : route.perFilter(filterName);
    }

    @Override
    public List<Object> perRoutes(String filterName) {
        return route == null ? List.of() : route.perFilters(filterName);
    }

    @Override
    public void count(String name) {
        connection.scope().observer().counted(connection.manager().statPrefix(), name);
    }

    /// In the metrics mirrors are the streams of a client of their own.
    @Override
    public void mirrored() {
        connection.scope().observer().counted("async-client", "rq_total");
    }

    @Override
    public void countByFullName(String name) {
        connection.scope().observer().counted(name);
    }

    @Override
    public HttpProtocol upstreamProtocol() {
        var name = clusterName();
        var cluster = name == null ? null : cluster(name);
        return cluster != null && cluster.config().http().http2(request.protocol())
                ? HttpProtocol.HTTP2
                : HttpProtocol.HTTP11;
    }

    @Override
    public HostSearch seekHost(String cache, String wanted, Consumer<HostSearch> then) {
        var name = clusterName();
        var cluster = name == null ? null : cluster(name);
        return cluster == null
                ? HostSearch.FOUND
                : cluster.seek(cache, wanted, end -> loop().execute(() -> then.accept(end)));
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

    @Override
    public @Nullable ResponseHead response() {
        return response;
    }

    @Override
    public long heldRequestOctets() {
        return heldRequest == null ? 0 : heldRequest.octets();
    }

    @Override
    public boolean clientWritable() {
        return heldResponse == null && out.writable();
    }

    @Override
    public void readMore(boolean wanted) {
        if (heldRequest == null) {
            out.readMore(wanted);
        }
    }

    @Override
    public boolean requestEnded() {
        return requestEnded;
    }

    @Override
    public void flush() {
        out.flush();
    }

    @Override
    public StreamEnd soFar() {
        return ending(writing || response != null && response.status() == 101 ? response : null);
    }

    final Upgrades upgrades() {
        return route != null && route.action() instanceof Forward forward
                ? forward.upgrades()
                : Upgrades.NONE;
    }

    /// What there would be to tell if it ended now with `shown`.
    StreamEnd ending(@Nullable ResponseHead shown) {
        var sentHead = shown == null ? 0 : shown.headers().bytes();
        return new StreamEnd(
                downstream,
                request,
                shown,
                trailers,
                shown == null ? 0 : shown.status(),
                flags,
                details,
                null,
                new Traffic(received, sent, requestHeadBytes, sentHead),
                timing(),
                upstream(),
                route == null ? null : route.use(),
                slots);
    }

    /// Begins the stream's trace, if the connection manager has one.
    void beginTrace() {
        var tracing = connection.manager().tracing();
        if (tracing != null) {
            var begun = Trace.begin(tracing, request, downstream.direction());
            var decorator = route == null ? null : route.decorator();
            begun.operation(
                    request,
                    decorator == null ? null : decorator.getOperation(),
                    decorator == null
                            || !decorator.hasPropagate()
                            || decorator.getPropagate().getValue());
            slots.put(Trace.SLOT, begun);
            trace = begun;
        }
    }

    /// What a response says of the operation's name.
    void traceResponse(Headers headers) {
        if (trace != null) {
            trace.response(headers);
        }
    }

    final void dropHeld() {
        if (heldRequest != null) {
            heldRequest.release();
            heldRequest = null;
        }
        if (heldResponse != null) {
            heldResponse.release();
            heldResponse = null;
        }
    }

    /// The stations of this stream, if it ended now.
    private Timing timing() {
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
