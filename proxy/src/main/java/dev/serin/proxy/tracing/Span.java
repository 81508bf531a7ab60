package dev.serin.proxy.tracing;

import java.time.Instant;
import java.util.Map;

/// A span that has ended.
///
/// @param shared whether its id is the caller's own, as Zipkin's two ends of one call may have it
/// @param durationNanos of the whole stream
public record Span(
        TraceContext context,
        Kind kind,
        String name,
        Instant start,
        long durationNanos,
        boolean shared,
        Map<String, String> tags) {
    /// Which end of a call it is.
    public enum Kind {
        CLIENT,
        SERVER
    }
}
