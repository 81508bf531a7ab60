package dev.serin.proxy.format;

import dev.serin.proxy.http.Headers;
import dev.serin.proxy.http.RequestHead;
import dev.serin.proxy.http.ResponseHead;
import dev.serin.proxy.stream.ConnectionEnd;
import dev.serin.proxy.stream.Downstream;
import dev.serin.proxy.stream.Slot;
import dev.serin.proxy.stream.Slots;
import dev.serin.proxy.stream.StreamEnd;
import dev.serin.proxy.stream.Timing;
import dev.serin.proxy.stream.Traffic;
import dev.serin.proxy.stream.UpstreamUse;

import org.jspecify.annotations.Nullable;

import java.time.Instant;

/// A stream or a connection that ended, as one line of a log sees it.
///
/// @param start by the wall clock
/// @param status 0 where there is none
public record Entry(
        Instant start,
        Downstream downstream,
        @Nullable StreamEnd stream,
        long flags,
        @Nullable String connectionDetails,
        Traffic traffic,
        Timing timing,
        @Nullable UpstreamUse upstream,
        Slots slots) {

    /// What a reply of the proxy's own says, while it is put into its form.
    public static final Slot<String> REPLY_BODY = new Slot<>(String.class, "reply-body");

    public static Entry of(StreamEnd end, Instant now) {
        return new Entry(
                now.minusNanos(end.timing().durationNanos()),
                end.downstream(),
                end,
                end.flags(),
                end.connectionDetails(),
                end.traffic(),
                end.timing(),
                end.upstream(),
                end.slots());
    }

    public static Entry of(ConnectionEnd end, Instant now) {
        return new Entry(
                now.minusNanos(end.timing().durationNanos()),
                end.downstream(),
                null,
                end.flags(),
                end.details(),
                end.traffic(),
                end.timing(),
                end.upstream(),
                end.slots());
    }

    /// By the wall clock.
    Instant end() {
        return start.plusNanos(timing.durationNanos());
    }

    int status() {
        return stream == null ? 0 : stream.status();
    }

    @Nullable RequestHead request() {
        return stream == null ? null : stream.request();
    }

    @Nullable ResponseHead response() {
        return stream == null ? null : stream.response();
    }

    @Nullable Headers trailers() {
        return stream == null ? null : stream.responseTrailers();
    }
}
