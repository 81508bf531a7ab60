package dev.serin.proxy.http.manager;

import dev.serin.proxy.http.Headers;
import dev.serin.proxy.http.RequestHead;
import dev.serin.proxy.http.ResponseHead;
import dev.serin.proxy.http.codec.RequestReader;
import dev.serin.proxy.http.codec.ResponseWriter;
import dev.serin.proxy.http.filter.HttpFilter.Next;
import dev.serin.proxy.http.filter.LocalReply;
import dev.serin.proxy.http.router.RedirectTrail;
import dev.serin.proxy.http.router.Router;
import dev.serin.proxy.route.RouteAction.Direct;
import dev.serin.proxy.route.RouteAction.Forward;
import dev.serin.proxy.route.RouteAction.Redirect;
import dev.serin.proxy.route.Upgrades;
import dev.serin.proxy.stream.ResponseFlag;
import dev.serin.proxy.stream.StreamEnd;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;

import org.jspecify.annotations.Nullable;

import java.util.List;

/// The path of one request and its response, top to bottom. Whatever goes wrong on it becomes a
/// [LocalReply] or breaks the stream off; either way it ends in exactly one [StreamEnd]. The
/// stream's event loop only.
final class HttpStream extends StreamFacts implements RequestReader {
    private static final LocalReply OVERLOADED =
            new LocalReply(
                    503, ResponseFlag.OVERLOAD_MANAGER.bit(), "overload", "envoy overloaded");

    private FilterPath filters = FilterPath.NONE;
    private final StreamDeadlines deadlines;
    private int requestAt;
    private int responseAt;
    private boolean headEnd;
    private boolean responseHeadEnd;
    private boolean responseEnded;
    private boolean over;

    HttpStream(HttpConnection connection, ResponseWriter out, RequestHead request) {
        super(connection, out, request);
        this.deadlines = new StreamDeadlines(connection.worker(), start);
    }

    // ======== down to up: the request

    void open(boolean end) {
        requestBegins(end);
        if (worker().pressure().refusesRequests()) {
            reply(OVERLOADED);
            return;
        }

        // 1. Headers that are the proxy's own business; before anything that looks at headers.
        if (settle()) {
            downstream =
                    EdgeHeaders.request(
                            request,
                            connection.manager().edge(),
                            connection.downstream(),
                            connection.idDraw());
            enter();
        }
    }

    /// Goes on for `before`, whose redirect is followed: the proxy's own headers stand already.
    private void openFor(HttpStream before, boolean end) {
        requestBegins(end);
        received = before.received;
        downstream = before.downstream;
        if (settle()) {
            enter();
        }
    }

    private void requestBegins(boolean end) {
        headEnd = end;
        requestEnded = end;
        requestEnd = end ? start : 0;
    }

    private boolean settle() {
        var wrong = connection.manager().edge().settle(request, connection.downstream());
        if (wrong != null) {
            reply(wrong);
        }
        return wrong == null;
    }

    private void enter() {
        var manager = connection.manager();

        // 2. The route, kept for the whole stream; before the filters, which may ask for it.
        var table = connection.routes(known);
        if (table != null) {
            table.dropInternalOnly(request);
            route = table.match(request, downstream, slots);
        }

        // 3. Whether it is traced; after the route, which names the operation.
        beginTrace();

        // 4. The filters, in the order of the configuration. Even a request without a route passes
        // them: authentication and metrics stand before "not found".
        var upgrade = Upgrades.wanted(request);
        chain = manager.chain(upgrade);
        filters = connection.filters(chain, route);
        if (upgrade != null && route != null && !manager.allowsUpgrade(upgrade, upgrades())) {
            reply(new LocalReply(403, 0, "upgrade_failed", ""));
            return;
        }
        deadlines.start(
                manager, route, request, headEnd, limit -> reply(limit.reply(requestEnded)));
        continueRequest();
    }

    private void continueRequest() {
        while (requestAt < filters.size()) {
            if (filters.at(requestAt++).request(this, request, headEnd) == Next.PAUSE) {
                if (over || response != null) {
                    return;
                }
                if (heldRequest == null) {
                    heldRequest = new HeldParts();
                    out.readMore(false);
                } else {
                    heldRequest.tellIfWhole();
                }
                return;
            }
            if (over || response != null) {
                return;
            }
        }
        forward();
    }

    /// 5. The route's action, after all filters have agreed.
    private void forward() {
        var matched = route;
        if (matched == null) {
            reply(new LocalReply(404, ResponseFlag.NO_ROUTE_FOUND.bit(), "route_not_found", ""));
            return;
        }
        switch (matched.action()) {
            case Forward forward -> {
                var next =
                        new Router(
                                this, chain.router(), matched, forward, connection.backoffDraw());
                router = next;
                if (trace != null) {
                    trace.forward(request);
                }
                next.request(headEnd);
                replayRequest(next);
            }
            case Redirect _, Direct _ -> reply(matched.answer(this));
        }
    }

    private void replayRequest(Router to) {
        var held = heldRequest;
        heldRequest = null;
        if (held == null) {
            return;
        }
        held.replay(part -> requestPart(to, part), last -> requestOver(to, last));
        if (!requestEnded) {
            to.requestFlush();
        }
    }

    @Override
    public void body(ByteBuf part) {
        received += part.readableBytes();
        deadlines.sign();
        var held = heldRequest;
        var to = router;
        if (over) {
            part.release();
        } else if (held != null) {
            held.add(part);
            if (held.tooLarge()) {
                reply(new LocalReply(413, 0, "request_payload_too_large", "Payload Too Large"));
            }
        } else if (to != null) {
            requestPart(to, part);
        } else {
            part.release();
        }
    }

    @Override
    public void readComplete() {
        if (router != null) {
            router.requestFlush();
        }
    }

    private void requestPart(Router to, ByteBuf part) {
        var passing = filters.requestBody(this, part);
        if (passing != null) {
            to.requestBody(passing);
        }
    }

    @Override
    public void end(@Nullable Headers last) {
        requestEnded = true;
        requestEnd = ticker().nanos();
        deadlines.requestEnded();
        var held = heldRequest;
        var to = router;
        if (over) {
            return;
        }
        if (held != null) {
            held.end(last);
            held.tellIfWhole();
        } else if (to != null) {
            requestOver(to, last);
        }
    }

    private void requestOver(Router to, @Nullable Headers last) {
        to.requestEnd(filters.requestEnd(this, last));
    }

    // ======== up to down: the response

    @Override
    public void informational(ResponseHead head) {
        if (head.status() == 101) {
            response = head;
            details = "via_upstream";
            edge(head.headers());
        }
        out.informational(head);
    }

    @Override
    public void respond(ResponseHead head, boolean end, String how) {
        if (over || response != null) {
            return;
        }
        response = head;
        responseHeadEnd = end;
        details = how;
        responseAt = filters.size();
        continueResponse(head);
    }

    /// 6. The filters again, in reverse; only those that have seen the request.
    private void continueResponse(ResponseHead head) {
        responseAt = Math.min(responseAt, requestAt);
        while (responseAt > 0) {
            if (filters.at(--responseAt).response(this, head, responseHeadEnd) == Next.PAUSE) {
                if (!over && heldResponse == null) {
                    heldResponse = new HeldParts();
                }
                return;
            }
            if (over) {
                return;
            }
        }
        writeHead(head);
    }

    /// 7. Headers that every response carries; after the filters, which must not take them away.
    private void writeHead(ResponseHead head) {
        edge(head.headers());
        traceResponse(head.headers());
        writing = true;
        out.head(head, responseHeadEnd);
        replayResponse();
    }

    private void edge(Headers headers) {
        responseFirst = ticker().nanos();
        EdgeHeaders.response(headers, request, connection.manager().edge());
        if (!headers.has("date")) {
            headers.add("date", worker().date(responseFirst));
        }
    }

    private void replayResponse() {
        var held = heldResponse;
        heldResponse = null;
        if (held != null) {
            held.replay(this::respondBody, this::respondEnd);
            if (!over && router != null) {
                out.flush();
                router.clientWritable();
            }
        }
    }

    @Override
    public void respondBody(ByteBuf part) {
        var held = heldResponse;
        if (over) {
            part.release();
        } else if (held != null) {
            held.add(part);
        } else {
            deadlines.sign();
            var passing = filters.responseBody(this, part, requestAt);
            if (passing != null) {
                write(passing);
            }
        }
    }

    @Override
    public void respondEnd(@Nullable Headers last) {
        var held = heldResponse;
        if (over) {
            return;
        }
        if (held != null) {
            held.end(last);
            return;
        }
        var passing = filters.responseEnd(this, last, requestAt);
        trailers = passing;
        if (!over) {
            responseEnded = true;
            finish(() -> out.endResponse(passing));
        }
    }

    private void write(ByteBuf part) {
        sent += part.readableBytes();
        out.write(part);
    }

    @Override
    public void reply(LocalReply local) {
        if (over) {
            return;
        }
        flags |= local.flags();
        if (response != null) {
            breakOff(local.details());
            return;
        }
        if (router != null) {
            router.cancel();
        }
        dropHeld();
        if (local.status() == 400) {
            out.distrust();
        }
        var made = connection.manager().replies().of(this, local);
        respond(made.head(), made.body().length == 0, local.details());
        if (made.body().length > 0) {
            respondBody(Unpooled.wrappedBuffer(made.body()));
        }
        respondEnd(null);
    }

    @Override
    public void breakOff(String how) {
        if (over) {
            return;
        }
        details = how;
        finish(out::reset);
    }

    // ======== the end

    @Override
    public void continueElsewhere(ResponseHead redirect, List<ByteBuf> body) {
        response = redirect;
        writing = true;
        responseEnded = true;
        details = "internal_redirect";
        finish(() -> {});
        var next = connection.begin(out, request);
        RedirectTrail.carry(slots, next.slots);
        heir = next;
        next.openFor(this, body.isEmpty());
        body.forEach(next::body);
        if (!body.isEmpty()) {
            next.end(null);
        }
    }

    @Override
    public void gone(@Nullable String reason) {
        if (heir != null) {
            heir.gone(reason);
        }
        if (over) {
            return;
        }
        flags |= ResponseFlag.DOWNSTREAM_CONNECTION_TERMINATION.bit();
        details =
                reason == null
                        ? "downstream_remote_disconnect"
                        : "downstream_local_disconnect(" + reason + ")";
        finish(() -> {});
    }

    @Override
    public void reset(boolean remote, String detail) {
        if (heir != null) {
            heir.reset(remote, detail);
        }
        if (over) {
            return;
        }
        flags |=
                (remote
                                ? ResponseFlag.DOWNSTREAM_REMOTE_RESET
                                : ResponseFlag.DOWNSTREAM_PROTOCOL_ERROR)
                        .bit();
        details = detail;
        finish(() -> {});
    }

    @Override
    public void malformed(int status, String detail) {
        requestEnded |= MalformedText.whole(detail);
        reply(MalformedText.reply(status, detail));
    }

    /// 8. The one end of every stream.
    private void finish(Runnable last) {
        over = true;
        deadlines.cancel();
        if (router != null) {
            router.cancel();
        }
        dropHeld();
        var end = soFar();
        last.run();
        filters.ended(this, end);
        var manager = connection.manager();
        for (var log : manager.logs()) {
            log.ended(end);
        }
        if (trace != null) {
            trace.end(end, ticker().now());
        }
        if (!requestEnded || !responseEnded) {
            count("downstream_rq_rx_reset"); // whoever broke it off, as Envoy counts
        }
        connection.scope().observer().ended(manager.statPrefix(), end);
    }

    // ======== what filters and the router ask

    @Override
    public void writable() {
        if (heir != null) {
            heir.writable();
        } else if (router != null && heldResponse == null) {
            router.clientWritable();
        }
    }

    @Override
    public void collectRequest(long limit, Runnable then) {
        if (heldRequest == null) {
            heldRequest = new HeldParts();
        }
        heldRequest.collect(limit, then);
        out.readMore(true);
    }

    @Override
    public void addResponseBody(ByteBuf part) {
        filters.added(this, part, this::write);
    }

    @Override
    public void resumeRequest() {
        if (!over && response == null) {
            continueRequest();
            if (heldRequest == null) {
                out.readMore(true);
            }
        }
    }

    @Override
    public void resumeResponse() {
        var head = response;
        if (!over && head != null && !writing) {
            continueResponse(head);
        }
    }
}
