package dev.serin.proxy.http.router;

import dev.serin.base.lifecycle.LeftOver;
import dev.serin.base.time.Timers;
import dev.serin.proxy.http.Headers;
import dev.serin.proxy.http.RequestHead;
import dev.serin.proxy.http.ResponseHead;
import dev.serin.proxy.http.codec.RequestWriter;
import dev.serin.proxy.http.codec.ResetReason;
import dev.serin.proxy.route.RouteAction.Mirror;
import dev.serin.proxy.route.Upgrades;
import dev.serin.proxy.stream.Downstream;
import dev.serin.proxy.transport.ConnectionWish;
import dev.serin.proxy.upstream.Aggregate;
import dev.serin.proxy.upstream.LiveCluster;
import dev.serin.proxy.upstream.balance.PickContext;
import dev.serin.proxy.upstream.pool.HostPool;
import dev.serin.proxy.worker.Worker;

import io.netty.buffer.ByteBuf;

import org.jspecify.annotations.Nullable;

import java.util.ArrayDeque;

/// A copy of a request on its way to a mirror. The original never waits for it and never fails with
/// it: what the mirror does not take waits here, and if that is too much the copy is given up. Its
/// response goes nowhere. The event loop of the original's stream, which it may outlive.
final class Shadow implements Attempt.Owner, PickContext {
    /// Octets that wait for the mirror at most.
    private static final long MOST = 1 << 20;

    /// Without a sign of life.
    private static final long IDLE_MILLIS = 300_000;

    private final Worker worker;
    private final Downstream downstream;
    private final Aggregate.@Nullable Member member;
    private final LiveCluster cluster;
    private final RequestHead request;
    private final long totalMillis;
    private final ConnectionWish wish;
    private final ArrayDeque<ByteBuf> waiting = new ArrayDeque<>(2);
    private final LeftOver.Held held = LeftOver.hold("stream", "mirror");
    private @Nullable Attempt attempt;
    private @Nullable Headers trailers;
    private Timers.@Nullable Timer limit;
    private Timers.@Nullable Timer idle;
    private long octets;
    private long lastSign;
    private boolean ended;
    private boolean told;
    private boolean answered;
    private boolean over;

    Shadow(RoutedStream stream, LiveCluster cluster, Mirror mirror, long totalMillis) {
        this.worker = stream.worker();
        this.downstream = stream.downstream();
        var aggregate = cluster.aggregate();
        this.member = aggregate == null ? null : aggregate.choose(stream::cluster, 0);
        this.cluster = member == null ? cluster : member.cluster();
        this.totalMillis = totalMillis;
        this.wish = WishedConnection.of(cluster, stream);
        this.request = stream.request().copy();
        stream.mirrored();
        if (mirror.suffix()) {
            request.authority(told(request.authority()));
        }
        var headers = request.headers();
        headers.set("x-envoy-internal", "true");
        if (mirror.sampled() != null) {
            sampled(headers, mirror.sampled());
        }
    }

    /// The authority that tells the copy from its original.
    private static String told(String authority) {
        var colon = authority.lastIndexOf(':');
        return colon > authority.lastIndexOf(']')
                ? authority.substring(0, colon) + "-shadow" + authority.substring(colon)
                : authority + "-shadow";
    }

    private static void sampled(Headers headers, boolean sampled) {
        var parent = headers.get("traceparent");
        if (parent != null && parent.length() >= 55) {
            headers.set("traceparent", parent.substring(0, 53) + (sampled ? "01" : "00"));
        }
        if (headers.has("x-b3-sampled")) {
            headers.set("x-b3-sampled", sampled ? "1" : "0");
        }
    }

    /// @param end whether the head is all
    void start(boolean end) {
        if (end) {
            requestEnded(null);
        }
        lastSign = nanos();
        idle = worker.after(IDLE_MILLIS, this::look);
        var host = cluster.pick(this);
        if (host == null) {
            finish();
            return;
        }
        var next = new Attempt(worker, cluster, host, false, this);
        attempt = next;
        next.start(request, wish, Upgrades.NONE);
    }

    private void look() {
        var quiet = (nanos() - lastSign) / 1_000_000;
        if (quiet >= IDLE_MILLIS) {
            finish();
        } else {
            idle = worker.after(IDLE_MILLIS - quiet, this::look);
        }
    }

    // ---- the request

    /// A part of the body; it stays the caller's.
    void requestBody(ByteBuf part) {
        if (over) {
            return;
        }
        octets += part.readableBytes();
        if (octets > MOST) {
            finish();
            return;
        }
        waiting.add(part.retainedDuplicate());
        pass();
    }

    void requestFlush() {
        var to = writer();
        if (to != null) {
            to.flush();
        }
    }

    void requestEnd(@Nullable Headers last) {
        if (!over) {
            requestEnded(last);
            pass();
        }
    }

    private void requestEnded(@Nullable Headers last) {
        ended = true;
        trailers = last;
        if (totalMillis > 0) {
            limit = worker.after(totalMillis, this::finish);
        }
    }

    /// The original ends; a copy that is not complete by now never will be.
    void originalEnds() {
        if (!ended) {
            finish();
        }
    }

    private @Nullable RequestWriter writer() {
        return attempt == null ? null : attempt.writer();
    }

    @Override
    public void ready(RequestWriter to) {
        forwarded(to);
        to.head(request, ended && waiting.isEmpty() && trailers == null);
        pass();
        to.flush();
    }

    /// A mirror is told that its copy came by way of this proxy.
    private void forwarded(RequestWriter to) {
        var local = to.local() == null ? null : to.local().getAddress();
        if (local != null) {
            var before = request.headers().joined("x-forwarded-for");
            request.headers()
                    .set(
                            "x-forwarded-for",
                            (before == null ? "" : before + ",") + local.getHostAddress());
        }
    }

    /// Hands on as much as the mirror takes now.
    private void pass() {
        var to = writer();
        while (to != null && !waiting.isEmpty() && to.writable()) {
            var part = waiting.removeFirst();
            octets -= part.readableBytes();
            lastSign = nanos();
            to.write(part);
            if (!to.writable()) {
                to.flush();
            }
            to = writer();
        }
        if (to != null && ended && !told && waiting.isEmpty()) {
            told = true;
            to.endRequest(trailers);
        }
    }

    @Override
    public void writable() {
        pass();
        requestFlush();
    }

    // ---- the response

    @Override
    public void informational(ResponseHead head) {
        if (head.status() == 101) {
            finish(); // there is nobody to speak through the tunnel
        }
    }

    @Override
    public void head(ResponseHead head, boolean end) {
        answered(head.status());
        lastSign = nanos();
    }

    @Override
    public void body(ByteBuf part) {
        lastSign = nanos();
        part.release();
    }

    @Override
    public void end(@Nullable Headers last) {
        finish();
    }

    @Override
    public void readComplete() {}

    private void answered(int status) {
        answered = true;
        cluster.observer().answered(status);
    }

    @Override
    public void unconnected(HostPool.Failure failure, String reason) {
        answered(503);
        finish();
    }

    @Override
    public void broken(ResetReason reason, String detail, boolean reused) {
        if (!answered) {
            answered(503);
        }
        finish();
    }

    private void finish() {
        if (over) {
            return;
        }
        over = true;
        if (limit != null) {
            limit.cancel();
        }
        if (idle != null) {
            idle.cancel();
        }
        if (attempt != null) {
            attempt.cancel();
        }
        for (var part = waiting.poll(); part != null; part = waiting.poll()) {
            part.release();
        }
        held.release();
    }

    // ---- what its cluster may ask

    @Override
    public int forcedPriority() {
        return member == null ? -1 : member.priority();
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
    public RequestHead request() {
        return request;
    }
}
