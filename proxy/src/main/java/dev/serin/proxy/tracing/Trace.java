package dev.serin.proxy.tracing;

import dev.serin.proxy.http.Headers;
import dev.serin.proxy.http.RequestHead;
import dev.serin.proxy.stream.Direction;
import dev.serin.proxy.stream.Slot;
import dev.serin.proxy.stream.StreamEnd;

import io.netty.util.NetUtil;

import org.jspecify.annotations.Nullable;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/// The trace that one stream is part of. The stream's event loop only.
public final class Trace {
    /// Where logs find it.
    public static final Slot<Trace> SLOT = new Slot<>(Trace.class, "trace");

    private static final String OPERATION = "x-envoy-decorator-operation";

    private final Tracing tracing;
    private final TraceContext context;
    private final boolean shared;
    private final boolean leaving;
    private @Nullable TraceContext child;
    private String operation;
    private boolean operationTold;

    /// What the route calls it, if the other side may know; null for nothing.
    private @Nullable String decorated;

    private Trace(Tracing tracing, TraceContext context, boolean shared, boolean leaving) {
        this.tracing = tracing;
        this.context = context;
        this.shared = shared;
        this.leaving = leaving;
        this.operation = leaving ? "egress" : "ingress";
    }

    /// Begins at the head of a request, which gets the decision in its id.
    public static Trace begin(Tracing tracing, RequestHead request, Direction direction) {
        var headers = request.headers();
        var traced = tracing.decide(headers);
        var told = tracing.propagation().read(headers);
        var leaving = direction == Direction.OUTBOUND;
        var sampled = told == null || told.sampled() == null ? traced : (boolean) told.sampled();
        if (told == null || told.span() == 0) {
            var first =
                    new TraceContext(
                            tracing.wide() ? tracing.id() : 0,
                            tracing.id(),
                            tracing.id(),
                            0,
                            sampled,
                            null);
            return new Trace(tracing, first, false, leaving);
        }
        var shared = tracing.sharedSpans() && !leaving;
        return new Trace(
                tracing,
                new TraceContext(
                        told.high(),
                        told.low(),
                        shared ? told.span() : tracing.id(),
                        shared ? told.parent() : told.span(),
                        sampled,
                        told.state()),
                shared,
                leaving);
    }

    /// Names the operation: by the route, or as the caller's proxy names it.
    ///
    /// @param byRoute as the route names it; null for none
    /// @param propagate whether the other proxy is told of it
    public void operation(RequestHead request, @Nullable String byRoute, boolean propagate) {
        if (byRoute != null && !byRoute.isEmpty()) {
            operation = byRoute;
            decorated = propagate ? byRoute : null;
        }
        var headers = request.headers();
        if (!leaving) {
            var told = headers.get(OPERATION);
            if (told != null && !told.isEmpty()) {
                operation = told;
                operationTold = true;
            }
            headers.remove(OPERATION);
        } else if (decorated != null) {
            headers.set(OPERATION, decorated);
        }
    }

    /// Tells the caller how the operation is called here, or learns it from the one that was
    /// called.
    public void response(Headers headers) {
        if (!leaving) {
            if (decorated != null && !operationTold) {
                headers.set(OPERATION, decorated);
            }
            return;
        }
        var told = headers.get(OPERATION);
        if (told != null) {
            if (!told.isEmpty()) {
                operation = told;
            }
            headers.remove(OPERATION);
        }
    }

    /// Tells the next proxy of it.
    public void forward(RequestHead request) {
        var to = context;
        if (tracing.spawn()) {
            to =
                    new TraceContext(
                            context.high(),
                            context.low(),
                            tracing.id(),
                            context.span(),
                            context.sampled(),
                            context.state());
            child = to;
        }
        tracing.propagation().write(to, request.headers());
    }

    public String traceId() {
        return context.traceId();
    }

    public String spanId() {
        return context.spanId();
    }

    public boolean sampled() {
        return Boolean.TRUE.equals(context.sampled());
    }

    /// Whether the operation's name came from the caller's proxy.
    public boolean operationTold() {
        return operationTold;
    }

    /// The stream is over.
    ///
    /// @param now by the wall clock
    public void end(StreamEnd end, Instant now) {
        if (!sampled() || tracing.sink().equals(SpanSink.NOWHERE)) {
            return;
        }
        var nanos = end.timing().durationNanos();
        var start = now.minusNanos(nanos);
        var tags = tags(end);
        var to = child;
        if (to != null && end.timing().upstreamStart() != 0) {
            var begun = end.timing().upstreamStart() - end.timing().start();
            var ended =
                    end.timing().upstreamEnd() == 0
                            ? end.timing().end()
                            : end.timing().upstreamEnd();
            tracing.sink()
                    .ended(
                            new Span(
                                    to,
                                    Span.Kind.CLIENT,
                                    "router "
                                            + (end.upstream() == null
                                                    ? "-"
                                                    : end.upstream().cluster())
                                            + " egress",
                                    start.plusNanos(begun),
                                    ended - end.timing().upstreamStart(),
                                    false,
                                    tags));
        }
        tracing.sink()
                .ended(
                        new Span(
                                context,
                                leaving && child == null ? Span.Kind.CLIENT : Span.Kind.SERVER,
                                operation,
                                start,
                                nanos,
                                shared,
                                tags));
    }

    /// As Envoy names them.
    private Map<String, String> tags(StreamEnd end) {
        var tags = new LinkedHashMap<String, String>();
        var head = end.request();
        tags.put("component", "proxy");
        put(tags, "guid:x-request-id", head.headers().get("x-request-id"));
        tags.put("http.url", url(head));
        tags.put("http.method", head.method());
        tags.put(
                "downstream_cluster",
                Objects.requireNonNullElse(
                        head.headers().get("x-envoy-downstream-service-cluster"), "-"));
        tags.put("user_agent", Objects.requireNonNullElse(head.headers().get("user-agent"), "-"));
        tags.put("http.protocol", head.protocol().shown());
        tags.put("request_size", Long.toString(end.traffic().received()));
        tags.put("peer.address", NetUtil.toAddressString(end.downstream().direct().getAddress()));
        tags.put("http.status_code", Integer.toString(end.status()));
        tags.put("response_size", Long.toString(end.traffic().sent()));
        tags.put("response_flags", dev.serin.proxy.stream.ResponseFlag.ofStream(end.flags()));
        var upstream = end.upstream();
        if (upstream != null) {
            tags.put("upstream_cluster", upstream.cluster());
            tags.put("upstream_cluster.name", upstream.cluster());
        }
        if (end.status() >= 500 || end.status() == 0) {
            tags.put("error", "true");
        }
        var trailers = end.responseTrailers();
        var grpc = trailers == null ? null : trailers.get("grpc-status");
        put(tags, "grpc.status_code", grpc);
        for (var tag : tracing.tags()) {
            put(tags, tag.name(), tag.value().apply(end));
        }
        return tags;
    }

    private String url(RequestHead head) {
        var original = head.headers().get("x-envoy-original-path");
        var path = original == null ? head.path() : original;
        var most = tracing.pathLength();
        return head.scheme()
                + "://"
                + head.authority()
                + (path.length() > most ? path.substring(0, most) : path);
    }

    private static void put(Map<String, String> tags, String name, @Nullable String value) {
        if (value != null) {
            tags.put(name, value);
        }
    }
}
