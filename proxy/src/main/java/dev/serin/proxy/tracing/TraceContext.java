package dev.serin.proxy.tracing;

import org.jspecify.annotations.Nullable;

/// Where in which trace a span stands.
///
/// @param high the first half of the trace's id, 0 where ids have 64 bits
/// @param parent 0 for the first span
/// @param sampled null if nobody has decided yet
/// @param state `tracestate`, passed on as it came
public record TraceContext(
        long high,
        long low,
        long span,
        long parent,
        @Nullable Boolean sampled,
        @Nullable String state) {
    /// In hexadecimal, 16 or 32 digits.
    public String traceId() {
        return high == 0 ? hex(low) : hex(high) + hex(low);
    }

    public String spanId() {
        return hex(span);
    }

    /// In 16 hexadecimal digits.
    static String hex(long id) {
        var digits = new byte[16];
        for (var i = 15; i >= 0; i--) {
            digits[i] = (byte) "0123456789abcdef".charAt((int) (id & 15));
            id >>>= 4;
        }
        return new String(digits, java.nio.charset.StandardCharsets.ISO_8859_1);
    }
}
