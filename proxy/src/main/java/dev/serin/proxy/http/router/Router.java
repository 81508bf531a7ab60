package dev.serin.proxy.http.router;

import dev.serin.base.chance.Draw;
import dev.serin.base.time.Timers;
import dev.serin.proxy.http.Headers;
import dev.serin.proxy.http.ResponseHead;
import dev.serin.proxy.http.codec.HostConnection;
import dev.serin.proxy.http.codec.RequestWriter;
import dev.serin.proxy.http.codec.ResetReason;
import dev.serin.proxy.http.codec.ResponseReader;
import dev.serin.proxy.http.filter.LocalReply;
import dev.serin.proxy.route.RetryPolicy;
import dev.serin.proxy.route.RouteAction.Forward;
import dev.serin.proxy.route.RouteMatch;
import dev.serin.proxy.stream.ResponseFlag;
import dev.serin.proxy.stream.TlsFacts;
import dev.serin.proxy.stream.UpstreamUse;
import dev.serin.proxy.upstream.Host;
import dev.serin.proxy.upstream.LiveCluster;
import dev.serin.proxy.upstream.pool.HostPool;

import io.netty.buffer.ByteBuf;

import org.jspecify.annotations.Nullable;

import java.net.InetSocketAddress;
import java.util.Map;

/// Takes one request to a host of its cluster and the response back, trying again as the route's
/// policy says. At most one host at a time; nothing of a response is passed on before it is sure
/// that it is the one. The stream's event loop only.
public final class Router implements ResponseReader, HostPool.Waiter {
    private final RoutedStream stream;
    private final Draw backoff;
    private final KeptBody kept = new KeptBody();
    private final Picking picking;
    private @Nullable RouteMatch route;
    private @Nullable Forward forward;
    private @Nullable LiveCluster cluster;
    private @Nullable Host host;
    private @Nullable Host lastHost;
    private @Nullable RequestWriter writer;
    private @Nullable HostPool waitingIn;
    private @Nullable Headers trailers;
    private @Nullable InetSocketAddress local;
    private @Nullable TlsFacts tls;
    private @Nullable String transportFailure;
    private Timers.@Nullable Timer overall;
    private Timers.@Nullable Timer perTry;
    private Timers.@Nullable Timer retrying;
    private boolean requestEnded;
    private boolean responseBegun;
    private boolean over;
    private boolean staleRetried;
    private boolean holdsRetry;
    private int attempts;
    private long upstreamStart;
    private long upstreamFirst;
    private long upstreamEnd;

    /// @param backoff the draw `retry-backoff`
    public Router(RoutedStream stream, Draw backoff) {
        this.stream = stream;
        this.picking = new Picking(stream);
        this.backoff = backoff;
    }

    // ---- the request

    /// The request has passed the filters.
    public void request(RouteMatch matched, Forward action, boolean end) {
        route = matched;
        forward = action;
        requestEnded = end;
        var name = String.valueOf(matched.cluster());
        cluster = stream.cluster(name);
        if (cluster == null) {
            fail(UpstreamFailures.noCluster(action.notFoundStatus()));
            return;
        }
        matched.rewrite(stream.request(), action, stream);
        if (action.timeoutMillis() > 0) {
            stream.request()
                    .headers()
                    .set("x-envoy-expected-rq-timeout-ms", Long.toString(action.timeoutMillis()));
        }
        if (end) {
            startOverallTimer(action);
        }
        attempt(cluster);
    }

    private void startOverallTimer(Forward action) {
        if (action.timeoutMillis() > 0 && overall == null && !over) {
            overall = stream.after(action.timeoutMillis(), this::timedOut);
        }
    }

    private void attempt(LiveCluster to) {
        attempts++;
        var picked = to.pick(picking);
        if (picked == null) {
            fail(UpstreamFailures.NO_HOST);
            return;
        }
        if (!to.requests().take()) {
            fail(UpstreamFailures.OVERFLOW);
            return;
        }
        if (route != null && route.attemptCount()) {
            stream.request().headers().set("x-envoy-attempt-count", Integer.toString(attempts));
        }
        host = picked;
        picked.begin();
        var pool =
                HostPool.of(
                        stream.worker(),
                        to,
                        picked,
                        stream.request().protocol(),
                        Wishes.of(to, stream));
        waitingIn = pool;
        pool.acquire(this);
    }

    @Override
    public void ready(HostConnection connection) {
        waitingIn = null;
        var client = connection.open(this);
        writer = client;
        local = client.local();
        tls = connection.tls();
        upstreamStart = now();
        transportFailure = null;
        var policy = policy();
        if (policy.perTryMillis() > 0) {
            perTry = stream.after(policy.perTryMillis(), this::tryTimedOut);
        }
        client.head(stream.request(), requestEnded && kept.isEmpty() && trailers == null);
        if (!kept.isEmpty()) {
            kept.send(client, mayRetry());
        }
        if (requestEnded) {
            client.endRequest(trailers);
        } else {
            client.flush();
            stream.readMore(client.writable());
        }
    }

    /// A part of the body has passed the filters; takes it over.
    public void requestBody(ByteBuf part) {
        var to = writer;
        if (over) {
            part.release();
        } else if (to == null) {
            kept.keep(part);
            stream.readMore(false); // until there is somewhere to put it
        } else {
            kept.pass(part, to, mayRetry());
            if (!to.writable()) {
                to.flush(); // which may make room at once, and say so before it returns
                stream.readMore(to.writable());
            }
        }
    }

    public void requestEnd(@Nullable Headers last) {
        if (over) {
            return;
        }
        requestEnded = true;
        trailers = last;
        var action = forward;
        if (action != null) {
            startOverallTimer(action);
        }
        if (writer != null) {
            writer.endRequest(last);
        }
    }

    /// All that was there to read of the request was handed over, for now.
    public void requestFlush() {
        if (writer != null) {
            writer.flush();
        }
    }

    @Override
    public void writable() {
        stream.readMore(true);
    }

    // ---- the response

    @Override
    public void informational(ResponseHead head) {
        if (head.status() == 101) {
            responseBegun = true;
            upstreamFirst = now();
            cancelTimers();
        }
        stream.informational(head);
    }

    @Override
    public void head(ResponseHead head, boolean end) {
        upstreamFirst = now();
        var live = cluster;
        var on = host;
        if (live != null && on != null) {
            live.answered(on, head.status(), upstreamFirst);
        }
        var unseen =
                NotProcessed.heard(head, stream.downstream().direction())
                        && policy().retriesConnectFailure();
        if ((unseen || policy().retries(head.status())) && retry()) {
            return;
        }
        responseBegun = true;
        kept.release();
        cancel(perTry);
        var millis = (upstreamFirst - upstreamStart) / 1_000_000;
        head.headers().set("x-envoy-upstream-service-time", Long.toString(millis));
        if (route != null) {
            route.changeResponse(head.headers(), stream);
        }
        stream.respond(head, end, "via_upstream");
    }

    @Override
    public void body(ByteBuf part) {
        stream.respondBody(part);
        if (writer != null && !stream.clientWritable()) {
            stream.flush(); // which may make room at once, and say so before it returns
            if (writer != null) {
                writer.readMore(stream.clientWritable());
            }
        }
    }

    @Override
    public void end(@Nullable Headers last) {
        if (!responseBegun) {
            return; // a response that is being retried
        }
        upstreamEnd = now();
        writer = null;
        release();
        over = true;
        cancelTimers();
        stream.respondEnd(last);
    }

    @Override
    public void readComplete() {
        stream.flush();
    }

    /// The client takes more of the response again.
    public void clientWritable() {
        if (writer != null) {
            writer.readMore(true);
        }
    }

    // ---- what goes wrong

    @Override
    public void failed(HostPool.Failure failure, String reason) {
        waitingIn = null;
        if (failure == HostPool.Failure.OVERFLOW) {
            release();
            fail(UpstreamFailures.OVERFLOW);
            return;
        }
        answeredBadly();
        transportFailure = failure == HostPool.Failure.CONNECT ? reason : null;
        if (policy().retriesConnectFailure() && retry()) {
            return;
        }
        var reply = UpstreamFailures.notConnected(failure == HostPool.Failure.TIMEOUT, reason);
        // Had an earlier attempt come through, the workload might have seen the request.
        fail(attempts > 1 ? reply : NotProcessed.told(reply, stream.downstream().direction()));
    }

    @Override
    public void reset(ResetReason reason, String detail) {
        var reused = writer != null && writer.reused();
        writer = null;
        if (responseBegun) {
            stream.flag(UpstreamFailures.flag(reason).bit());
            finish();
            stream.breakOff(
                    "upstream_reset_after_response_started{" + detail.replace(' ', '_') + "}");
            return;
        }
        answeredBadly();
        var untouched = requestEnded && kept.isEmpty() && !kept.lost();
        if (untouched && !staleRetried && mayAsk(reason, reused)) {
            staleRetried = true; // the host closed an idle connection while we wrote to it
            again();
            return;
        }
        if (policy().retriesReset(true) && retry()) {
            return;
        }
        fail(UpstreamFailures.reset(reason));
    }

    /// Whether the host cannot have begun with the request, so that asking again is safe.
    private static boolean mayAsk(ResetReason reason, boolean reused) {
        return reason == ResetReason.REFUSED || reason == ResetReason.CONNECTION && reused;
    }

    private void timedOut() {
        answeredBadly();
        if (responseBegun) {
            stream.flag(ResponseFlag.UPSTREAM_REQUEST_TIMEOUT.bit());
            cancelHost();
            finish();
            stream.breakOff("upstream_response_timeout");
            return;
        }
        fail(UpstreamFailures.timeout("upstream_response_timeout"));
    }

    private void tryTimedOut() {
        if (responseBegun || over) {
            return;
        }
        answeredBadly();
        if (policy().retries(504) && retry()) {
            return;
        }
        fail(UpstreamFailures.timeout("upstream_per_try_timeout"));
    }

    private void answeredBadly() {
        if (cluster != null && host != null) {
            cluster.answered(host, 503, now());
        }
    }

    private void fail(LocalReply reply) {
        cancelHost();
        finish();
        stream.reply(reply);
    }

    // ---- trying again

    private RetryPolicy policy() {
        return forward == null ? RetryPolicy.NONE : forward.retry();
    }

    private boolean mayRetry() {
        return attempts <= policy().retries() && !policy().on().isEmpty();
    }

    /// Goes to another host if the policy and the breaker allow; true if it will.
    private boolean retry() {
        var live = cluster;
        if (over || live == null) {
            return false;
        }
        if (!mayRetry()) {
            if (policy().retries() > 0) {
                stream.flag(ResponseFlag.UPSTREAM_RETRY_LIMIT_EXCEEDED.bit());
            }
            return false;
        }
        if (kept.lost()) {
            return false; // too much was sent to send it again
        }
        if (!live.retries().take()) {
            stream.flag(ResponseFlag.UPSTREAM_OVERFLOW.bit());
            return false;
        }
        holdsRetry = true;
        if (policy().avoidPrevious() && host != null) {
            picking.avoid(host);
        }
        cancelHost();
        var most =
                Math.min(policy().maxMillis(), policy().baseMillis() << Math.min(attempts - 1, 16));
        retrying = stream.after(backoff.below((int) Math.max(1, most)), this::again);
        return true;
    }

    private void again() {
        cancel(perTry);
        cancelHost();
        giveRetry();
        var live = cluster;
        if (live != null && !over) {
            attempt(live);
        }
    }

    private void giveRetry() {
        if (holdsRetry && cluster != null) {
            holdsRetry = false;
            cluster.retries().give();
        }
    }

    // ---- the end

    /// The stream is over for a reason of its own.
    public void cancel() {
        cancelHost();
        finish();
    }

    private void cancelHost() {
        cancel(perTry);
        if (waitingIn != null) {
            waitingIn.forget(this);
            waitingIn = null;
        }
        if (writer != null) {
            var to = writer;
            writer = null;
            to.cancel();
        }
        release();
    }

    private void release() {
        var on = host;
        if (on != null && cluster != null) {
            lastHost = on;
            host = null;
            on.end();
            cluster.requests().give();
        }
    }

    private void finish() {
        over = true;
        cancelTimers();
        giveRetry();
        release();
        kept.release();
    }

    private void cancelTimers() {
        cancel(overall);
        cancel(perTry);
        cancel(retrying);
    }

    private static void cancel(Timers.@Nullable Timer timer) {
        if (timer != null) {
            timer.cancel();
        }
    }

    private long now() {
        return stream.worker().ticker().nanos();
    }

    // ---- what the log wants to know

    /// Null if no cluster was found.
    public @Nullable UpstreamUse use() {
        var live = cluster;
        if (live == null) {
            return null;
        }
        var on = host == null ? lastHost : host;
        return new UpstreamUse(
                live.name(),
                on == null ? null : on.address(),
                local,
                live.config().metadata(),
                on == null ? Map.of() : on.metadata(),
                attempts,
                transportFailure,
                tls);
    }

    public long upstreamStart() {
        return upstreamStart;
    }

    public long upstreamFirst() {
        return upstreamFirst;
    }

    public long upstreamEnd() {
        return upstreamEnd;
    }
}
