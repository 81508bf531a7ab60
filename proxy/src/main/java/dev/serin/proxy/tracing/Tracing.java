package dev.serin.proxy.tracing;

import com.google.protobuf.Message;

import dev.serin.base.chance.Draw;
import dev.serin.base.chance.Draws;
import dev.serin.proxy.extension.ConfigProblem;
import dev.serin.proxy.extension.ExtensionConfig;
import dev.serin.proxy.http.Headers;
import dev.serin.proxy.tracing.RequestIds.Reason;

import io.envoyproxy.envoy.config.trace.v3.OpenTelemetryConfig;
import io.envoyproxy.envoy.config.trace.v3.ZipkinConfig;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import io.envoyproxy.envoy.extensions.request_id.uuid.v3.UuidRequestIdConfig;

import java.util.ArrayList;
import java.util.List;

/// Which streams of a connection manager are traced, and how. Immutable.
///
/// @param wide whether new traces get ids of 128 bits
/// @param sharedSpans whether a server's span has its caller's id, as Zipkin may want it
/// @param pathLength how much of the path a tag shows
/// @param spawn whether the request to the host has a span of its own
public record Tracing(
        Propagation propagation,
        SpanSink sink,
        boolean wide,
        boolean sharedSpans,
        Sampling sampling,
        List<CustomTag> tags,
        int pathLength,
        boolean spawn,
        Draw sampleDraw,
        Draw idDraw) {
    private static final String ZIPKIN = "envoy.config.trace.v3.ZipkinConfig";
    private static final String OTEL = "envoy.config.trace.v3.OpenTelemetryConfig";

    /// Shares in ten-thousandths.
    ///
    /// @param client of those whose client asks to be traced
    /// @param random of those that nobody asked for
    /// @param overall of what the others decide for
    /// @param byRequestId whether a proxy decides by the request's id, so that all decide the same
    /// @param pack whether the decision is put into the request's id
    public record Sampling(
            int client, int random, int overall, boolean byRequestId, boolean pack) {}

    /// @throws ConfigProblem naming the field that cannot be done
    public static Tracing of(HttpConnectionManager config, SpanSink.Maker sinks, Draws draws)
            throws ConfigProblem {
        var tracing = config.getTracing();
        var provider =
                tracing.hasProvider()
                        ? ExtensionConfig.of(
                                tracing.getProvider().getName(),
                                tracing.getProvider().getTypedConfig())
                        : null;
        var ids = ids(config);
        var sampling =
                new Sampling(
                        share(tracing.hasClientSampling(), tracing.getClientSampling().getValue()),
                        share(tracing.hasRandomSampling(), tracing.getRandomSampling().getValue()),
                        share(
                                tracing.hasOverallSampling(),
                                tracing.getOverallSampling().getValue()),
                        !ids.hasUseRequestIdForTraceSampling()
                                || ids.getUseRequestIdForTraceSampling().getValue(),
                        !ids.hasPackTraceReason() || ids.getPackTraceReason().getValue());
        var message = provider == null ? null : provider(provider);
        var tags = new ArrayList<CustomTag>();
        for (var tag : tracing.getCustomTagsList()) {
            tags.add(CustomTag.of(tag, System.getenv()::get));
        }
        return new Tracing(
                message == null
                        ? Propagation.NONE
                        : message instanceof ZipkinConfig ? Propagation.B3 : Propagation.W3C,
                message == null
                        ? SpanSink.NOWHERE
                        : sinks.of(message.getDescriptorForType().getFullName(), message),
                !(message instanceof ZipkinConfig narrow) || narrow.getTraceId128Bit(),
                message instanceof ZipkinConfig shared
                        && (!shared.hasSharedSpanContext()
                                || shared.getSharedSpanContext().getValue()),
                sampling,
                List.copyOf(tags),
                tracing.hasMaxPathTagLength() ? tracing.getMaxPathTagLength().getValue() : 256,
                tracing.getSpawnUpstreamSpan().getValue(),
                draws.named("trace-sampling"),
                draws.named("trace-id"));
    }

    private static Message provider(ExtensionConfig provider) throws ConfigProblem {
        return switch (provider.type()) {
            case ZIPKIN -> provider.as(ZipkinConfig.parser());
            case OTEL -> provider.as(OpenTelemetryConfig.parser());
            default ->
                    throw new ConfigProblem(
                            "tracing.provider", "'" + provider.type() + "' is not supported");
        };
    }

    private static UuidRequestIdConfig ids(HttpConnectionManager config) throws ConfigProblem {
        return config.hasRequestIdExtension()
                ? ExtensionConfig.of("request_id", config.getRequestIdExtension().getTypedConfig())
                        .as(UuidRequestIdConfig.parser())
                : UuidRequestIdConfig.getDefaultInstance();
    }

    private static int share(boolean set, double percent) {
        return set ? (int) Math.round(percent * 100) : 10_000;
    }

    /// Decides whether a request is traced; the decision goes into its id.
    boolean decide(Headers headers) {
        var id = headers.get("x-request-id");
        var told = sampling.pack() ? RequestIds.reason(id) : null;
        var number = sampling.byRequestId() ? RequestIds.number(id) : -1;
        var reason = told;
        if (reason == null || reason == Reason.NONE) {
            reason = Reason.NONE;
            if (headers.has("x-client-trace-id") && hits(sampling.client(), -1)) {
                reason = Reason.CLIENT;
            } else if (headers.has("x-envoy-force-trace")) {
                reason = Reason.FORCED;
            } else if (hits(sampling.random(), number)) {
                reason = Reason.SAMPLED;
            }
        }
        if (reason != Reason.NONE && !hits(sampling.overall(), number)) {
            reason = Reason.NONE;
        }
        if (sampling.pack() && reason != told) {
            RequestIds.put(headers, reason);
        }
        return reason != Reason.NONE;
    }

    private boolean hits(int share, long number) {
        return share >= 10_000
                || share > 0 && (number < 0 ? sampleDraw.below(10_000) : number % 10_000) < share;
    }

    /// A new id, never 0.
    long id() {
        var id =
                (long) idDraw.below(1 << 30) << 34
                        ^ (long) idDraw.below(1 << 30) << 17
                        ^ idDraw.below(1 << 30);
        return id == 0 ? 1 : id;
    }
}
