package dev.serin.proxy.http.router;

import static dev.serin.proxy.upstream.ClusterEvent.UPSTREAM_RQ_PER_TRY_IDLE_TIMEOUT;
import static dev.serin.proxy.upstream.ClusterEvent.UPSTREAM_RQ_PER_TRY_TIMEOUT;

import dev.serin.base.chance.Draw;
import dev.serin.base.time.Timers;
import dev.serin.proxy.http.Headers;
import dev.serin.proxy.http.ResponseHead;
import dev.serin.proxy.http.codec.RequestWriter;
import dev.serin.proxy.http.codec.ResetReason;
import dev.serin.proxy.http.filter.LocalReply;
import dev.serin.proxy.route.FollowedRedirects;
import dev.serin.proxy.route.RouteAction.Forward;
import dev.serin.proxy.route.RouteMatch;
import dev.serin.proxy.stream.ResponseFlag;
import dev.serin.proxy.upstream.ClusterEvent;
import dev.serin.proxy.upstream.LiveCluster;
import dev.serin.proxy.upstream.pool.HostPool;

import io.netty.buffer.ByteBuf;

import org.jspecify.annotations.Nullable;

/// Takes one request to a host of its cluster and the response back, trying again as the route's
/// policy says. At most one host at a time; nothing of a response is passed on before it is sure
/// that it is the one. The stream's event loop only.
public final class Router extends RouterFacts implements Attempt.Owner {
    private final RouterConfig config;
    private final Draw backoff;
    private final Deadlines deadlines;
    private final KeptBody kept = new KeptBody();
    private Retries retries = Retries.NONE;
    private @Nullable Shadows shadows;
    private @Nullable Headers trailers;
    private Timers.@Nullable Timer pause;
    private boolean requestEnded;
    private boolean responseBegun;
    private boolean over;
    private boolean retried;
    private boolean staleRetried;

    /// @param backoff the draw `retry-backoff`
    public Router(
            RoutedStream stream,
            RouterConfig config,
            RouteMatch route,
            Forward forward,
            Draw backoff) {
        super(stream, route, forward);
        this.config = config;
        this.backoff = backoff;
        this.deadlines = new Deadlines(stream);
    }

    // ======== down to up: the request

    /// The request has passed the filters.
    public void request(boolean end) {
        requestEnded = end;

        // 1. The cluster; before anything is done for it.
        var to = stream.cluster(String.valueOf(route.cluster()));
        if (to == null) {
            fail(UpstreamFailures.noCluster(forward.notFoundStatus()));
            return;
        }

        // 2. What the request asks by its own headers; before the route adds to them.
        var request = stream.request();
        var refusal = config.strict().isEmpty() ? null : Wishes.refusal(request.headers(), config);
        if (refusal != null) {
            fail(refusal);
            return;
        }
        var wishes = Wishes.take(request.headers());
        deadlines.set(forward, wishes, config);
        deadlines.tell(request, config.envoyHeaders());

        cluster = to;

        // 3. The route's changes; after this the head is what hosts get.
        attempts = 1;
        tellAttempts(false);
        route.rewrite(forward, stream, config.envoyHeaders());
        retries = Retries.of(forward.retry(), request, wishes);
        kept.limit(forward.bodyLimit());

        // 4. The first host, and the mirrors' copies of what it gets.
        var drop = to.dropped();
        if (drop != null) {
            attempts = 0;
            fail(UpstreamFailures.dropped(drop.all(), config.envoyHeaders()));
            return;
        }
        if (end) {
            deadlines.requestEnded(this::late);
        }
        picking.from(to, this::attempt);
        if (!forward.mirrors().isEmpty() && (!over || responseBegun)) {
            shadows = Shadows.of(stream, route, forward, deadlines.totalMillis(), end);
        }
    }

    private void tellAttempts(boolean timedOut) {
        if (route.tellsAttempts()) {
            stream.request().headers().set("x-envoy-attempt-count", Integer.toString(attempts));
        }
        if (attempts > 1 && route.tellsTimeouts()) {
            stream.request().headers().set("x-envoy-is-timeout-retry", Boolean.toString(timedOut));
        }
    }

    private void attempt(@Nullable LiveCluster from) {
        if (over) {
            return;
        }
        var picked = from == null ? null : from.pick(picking);
        if (from == null || picked == null) {
            countNoHost(from);
            fail(UpstreamFailures.NO_HOST);
            return;
        }
        var next = new Attempt(stream.worker(), from, picked, forward.balance().high(), this);
        attempt = next;
        forward.host().endpoint(stream.request(), picked.hostname());
        next.start(stream.request(), WishedConnection.of(from, stream), forward.upgrades());
    }

    @Override
    public void ready(RequestWriter to) {
        transportFailure = null;
        deadlines.watchIdle(() -> tryTimedOut(UPSTREAM_RQ_PER_TRY_IDLE_TIMEOUT));
        startTry();
        tellScheme(config);
        to.head(stream.request(), requestEnded && kept.isEmpty() && trailers == null);
        if (!kept.isEmpty()) {
            kept.send(to, mayNeedBody());
        }
        if (requestEnded) {
            to.endRequest(trailers);
        } else {
            to.flush();
            stream.readMore(to.writable());
        }
    }

    /// The host's own time begins when it has a connection and there is a whole request.
    private void startTry() {
        if (requestEnded) {
            deadlines.attemptStarts(() -> tryTimedOut(UPSTREAM_RQ_PER_TRY_TIMEOUT));
        }
    }

    private @Nullable RequestWriter writer() {
        return attempt == null ? null : attempt.writer();
    }

    /// A part of the body has passed the filters; takes it over.
    public void requestBody(ByteBuf part) {
        var to = writer();
        if (over) {
            part.release();
            return;
        }
        if (shadows != null) {
            shadows.body(part);
        }
        deadlines.sign();
        if (to == null) {
            kept.keep(part);
            stream.readMore(false); // until there is somewhere to put it
        } else {
            kept.pass(part, to, mayNeedBody());
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
        deadlines.requestEnded(this::late);
        if (shadows != null) {
            shadows.end(last);
        }
        var to = writer();
        if (to != null) {
            startTry();
            to.endRequest(last);
        }
    }

    /// All that was there to read of the request was handed over, for now.
    public void requestFlush() {
        var to = writer();
        if (to != null) {
            to.flush();
        }
        if (shadows != null) {
            shadows.flush();
        }
    }

    private boolean mayNeedBody() {
        return retries.mayRetry() || forward.redirects() != null;
    }

    @Override
    public void writable() {
        stream.readMore(true);
    }

    // ======== up to down: the response

    @Override
    public void informational(ResponseHead head) {
        answered(head.status());
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
        var unseen = NotProcessed.heard(head, stream.downstream().direction());
        var poor = retries.wants(head) || unseen && retries.wantsUnconnected();
        if (poor && retry(head, false)) {
            return;
        }
        if (retried && !poor) {
            count(ClusterEvent.UPSTREAM_RQ_RETRY_SUCCESS);
        }
        if (forward.redirects() != null && follows(forward.redirects(), head)) {
            return;
        }
        responseBegun = true;
        kept.release();
        answered(head.status());
        var headers = head.headers();
        deadlines.answered();
        deadlines.sign();
        if (config.envoyHeaders() && deadlines.complete()) {
            var millis = (upstreamFirst - deadlines.since()) / 1_000_000;
            headers.set("x-envoy-upstream-service-time", Long.toString(millis));
        }
        for (var cookie : picking.cookies()) {
            headers.add("set-cookie", cookie);
        }
        change(head, "via_upstream");
        stream.respond(head, end, "via_upstream");
    }

    /// Whether the host's redirect is followed here, in place of the client.
    private boolean follows(FollowedRedirects redirects, ResponseHead head) {
        if (!redirects.codes().contains(head.status())) {
            return false;
        }
        var can = requestEnded && !kept.lost();
        if (!can || !RedirectTrail.follow(stream, redirects, head, kept)) {
            count(ClusterEvent.UPSTREAM_INTERNAL_REDIRECT_FAILED_TOTAL);
            return false;
        }
        count(ClusterEvent.UPSTREAM_INTERNAL_REDIRECT_SUCCEEDED_TOTAL);
        stream.continueElsewhere(head, kept.take());
        return true;
    }

    /// The route's changes of every response, the proxy's own too.
    private void change(ResponseHead head, String details) {
        if (route.answersAttempts() && attempts > 0) {
            head.headers().set("x-envoy-attempt-count", Integer.toString(attempts));
        }
        route.changeResponse(head, details, stream);
    }

    @Override
    public void body(ByteBuf part) {
        deadlines.sign();
        stream.respondBody(part);
        var from = writer();
        if (from != null && !stream.clientWritable()) {
            stream.flush(); // which may make room at once, and say so before it returns
            from = writer();
            if (from != null) {
                from.readMore(stream.clientWritable());
            }
        }
    }

    @Override
    public void end(@Nullable Headers last) {
        upstreamEnd = now();
        finish();
        stream.respondEnd(last);
    }

    @Override
    public void readComplete() {
        stream.flush();
    }

    /// The client takes more of the response again.
    public void clientWritable() {
        var from = writer();
        if (from != null) {
            from.readMore(true);
        }
    }

    // ======== what goes wrong

    @Override
    public void unconnected(HostPool.Failure failure, String reason) {
        var refusal = UpstreamFailures.refused(failure, attempts, config.envoyHeaders());
        if (refusal != null) {
            // where it did not come to a connection it is as if no host had been picked
            attempt = failure == HostPool.Failure.TOO_MANY ? attempt : null;
            fail(refusal);
            return;
        }
        transportFailure = failure == HostPool.Failure.CONNECT ? reason : null;
        if (retries.wantsUnconnected() && retry(null, false)) {
            return;
        }
        var timeout = failure == HostPool.Failure.TIMEOUT;
        var reply = UpstreamFailures.notConnected(timeout, reason, attempts);
        // Had an earlier attempt come through, the workload might have seen the request.
        fail(attempts > 1 ? reply : NotProcessed.told(reply, stream.downstream().direction()));
    }

    @Override
    public void broken(ResetReason reason, String detail, boolean reused) {
        if (responseBegun) {
            stream.flag(UpstreamFailures.flag(reason).bit());
            finish();
            stream.breakOff(UpstreamFailures.halfway(reason));
            return;
        }
        var untouched = requestEnded && kept.isEmpty() && !kept.lost();
        var asked = retries.wantsReset(reason);
        if (reason == ResetReason.REFUSED && asked && retry(null, false)) {
            return;
        }
        if (untouched && !staleRetried && reason.untouched(reused)) {
            staleRetried = true; // the host closed an idle connection while we wrote to it
            again();
            return;
        }
        if (reason != ResetReason.REFUSED && asked && retry(null, false)) {
            return;
        }
        fail(UpstreamFailures.reset(reason, attempts, requestEnded));
    }

    private void late() {
        count(ClusterEvent.UPSTREAM_RQ_TIMEOUT);
        timedOut("response_timeout");
    }

    private void timedOut(String details) {
        if (attempt != null) {
            attempt.timedOut();
        }
        if (responseBegun) {
            stream.flag(ResponseFlag.UPSTREAM_REQUEST_TIMEOUT.bit());
            finish();
            stream.breakOff(details);
            return;
        }
        fail(UpstreamFailures.timeout(details));
    }

    private void tryTimedOut(ClusterEvent which) {
        if (over) {
            return;
        }
        count(which);
        if (!responseBegun && retries.wantsTimeout() && retry(null, true)) {
            return;
        }
        timedOut(
                which == UPSTREAM_RQ_PER_TRY_TIMEOUT
                        ? "upstream_per_try_timeout"
                        : "upstream_per_try_idle_timeout");
    }

    private void fail(LocalReply reply) {
        finish();
        if ((reply.flags() & ResponseFlag.UPSTREAM_MAX_STREAM_DURATION_REACHED.bit()) == 0) {
            answered(reply.status()); // else it is counted as what it is alone, as by Envoy
        }
        var headers = reply.headers() == null ? new Headers(8) : reply.headers();
        change(new ResponseHead(reply.status(), headers), reply.details());
        stream.reply(
                new LocalReply(
                        reply.status(),
                        reply.flags(),
                        reply.details(),
                        reply.body(),
                        headers,
                        reply.grpcStatus()));
    }

    // ======== trying again

    /// Goes to another host if the policy and the breaker allow; true if it will.
    ///
    /// @param head of the response that is not good enough, if there is one
    private boolean retry(@Nullable ResponseHead head, boolean timedOut) {
        var failed = attempt;
        var live = cluster;
        if (over || failed == null || live == null) {
            return false;
        }
        if (retries.mayRetry() && kept.lost()) {
            return false; // too much was sent to send it again
        }
        switch (retries.take(live.breakers(forward.balance().high()).retries())) {
            case YES -> count(ClusterEvent.UPSTREAM_RQ_RETRY);
            case LIMIT -> {
                count(ClusterEvent.UPSTREAM_RQ_RETRY_LIMIT_EXCEEDED);
                stream.flag(ResponseFlag.UPSTREAM_RETRY_LIMIT_EXCEEDED.bit());
                return false;
            }
            case OVERFLOW -> {
                count(ClusterEvent.UPSTREAM_RQ_RETRY_OVERFLOW);
                stream.flag(ResponseFlag.UPSTREAM_OVERFLOW.bit());
                return false;
            }
        }
        if (timedOut) {
            failed.timedOut();
        }
        picking.tried(failed.host());
        endAttempt();
        var millis = retries.pauseMillis(attempts, head, stream.worker().ticker().now(), backoff);
        attempts++;
        retried = true;
        pause = stream.after(millis, () -> retryNow(timedOut));
        return true;
    }

    private void retryNow(boolean timedOut) {
        tellAttempts(timedOut);
        deadlines.tell(stream.request(), config.envoyHeaders());
        again();
    }

    private void again() {
        endAttempt();
        if (cluster != null && !over) {
            picking.from(cluster, this::attempt);
        }
    }

    private void endAttempt() {
        deadlines.attemptEnds();
        if (attempt != null) {
            attempt.cancel();
        }
    }

    // ======== the end

    /// The stream is over for a reason of its own.
    public void cancel() {
        finish();
    }

    private void finish() {
        over = true;
        endAttempt();
        cancelTimers();
        retries.release();
        if (shadows != null) {
            shadows.originalEnds();
        }
        kept.release();
    }

    private void cancelTimers() {
        deadlines.cancel();
        if (pause != null) {
            pause.cancel();
        }
    }
}
