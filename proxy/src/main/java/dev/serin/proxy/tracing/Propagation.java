package dev.serin.proxy.tracing;

import dev.serin.proxy.http.Headers;

import org.jspecify.annotations.Nullable;

/// How a trace goes from one proxy to the next in headers.
public enum Propagation {
    /// Zipkin's `x-b3-*`; the single `b3` is read too.
    B3 {
        @Override
        @Nullable TraceContext read(Headers headers) {
            var single = headers.get("b3");
            if (single != null) {
                return single(single);
            }
            var trace = headers.get("x-b3-traceid");
            var span = headers.get("x-b3-spanid");
            var sampled = sampled(headers.get("x-b3-flags"), headers.get("x-b3-sampled"));
            if (trace == null || span == null) {
                return sampled == null ? null : new TraceContext(0, 0, 0, 0, sampled, null);
            }
            var parent = headers.get("x-b3-parentspanid");
            return of(trace, span, parent, sampled, null);
        }

        @Override
        void write(TraceContext context, Headers headers) {
            headers.remove("b3");
            headers.set("x-b3-traceid", context.traceId());
            headers.set("x-b3-spanid", context.spanId());
            if (context.parent() != 0) {
                headers.set("x-b3-parentspanid", TraceContext.hex(context.parent()));
            }
            headers.set("x-b3-sampled", Boolean.TRUE.equals(context.sampled()) ? "1" : "0");
        }
    },
    /// No headers: there is nobody to tell spans to.
    NONE {
        @Override
        @Nullable TraceContext read(Headers headers) {
            return null;
        }

        @Override
        void write(TraceContext context, Headers headers) {}
    },
    /// The W3C's `traceparent` and `tracestate`.
    W3C {
        @Override
        @Nullable TraceContext read(Headers headers) {
            var parent = headers.get("traceparent");
            if (parent == null) {
                return null;
            }
            var parts = parent.split("-", -1);
            if (parts.length < 4
                    || parts[0].length() != 2
                    || parts[0].equals("ff")
                    || parts[1].length() != 32
                    || parts[3].length() != 2) {
                return null;
            }
            try {
                var sampled = (Integer.parseInt(parts[3], 16) & 1) == 1;
                return of(parts[1], parts[2], null, sampled, headers.joined("tracestate"));
            } catch (NumberFormatException e) {
                return null;
            }
        }

        @Override
        void write(TraceContext context, Headers headers) {
            headers.set(
                    "traceparent",
                    "00-"
                            + TraceContext.hex(context.high())
                            + TraceContext.hex(context.low())
                            + "-"
                            + context.spanId()
                            + (Boolean.TRUE.equals(context.sampled()) ? "-01" : "-00"));
            if (context.state() != null) {
                headers.set("tracestate", context.state());
            }
        }
    };

    /// What the caller tells of its trace; null if there is none, or none that can be read. A trace
    /// of id 0 says only whether to sample.
    abstract @Nullable TraceContext read(Headers headers);

    abstract void write(TraceContext context, Headers headers);

    private static @Nullable TraceContext single(String b3) {
        var parts = b3.split("-", -1);
        if (parts.length == 1) {
            var sampled = sampled(null, b3);
            return sampled == null ? null : new TraceContext(0, 0, 0, 0, sampled, null);
        }
        return of(
                parts[0],
                parts[1],
                parts.length > 3 ? parts[3] : null,
                parts.length > 2 ? sampled(null, parts[2]) : null,
                null);
    }

    private static @Nullable Boolean sampled(@Nullable String flags, @Nullable String sampled) {
        if ("1".equals(flags)) {
            return true;
        }
        return switch (sampled) {
            case "1", "true", "d" -> true;
            case "0", "false" -> false;
            case null, default -> null;
        };
    }

    private static @Nullable TraceContext of(
            String trace,
            String span,
            @Nullable String parent,
            @Nullable Boolean sampled,
            @Nullable String state) {
        try {
            if (trace.length() != 16 && trace.length() != 32 || span.length() != 16) {
                return null;
            }
            var wide = trace.length() == 32;
            var context =
                    new TraceContext(
                            wide ? Long.parseUnsignedLong(trace, 0, 16, 16) : 0,
                            Long.parseUnsignedLong(trace, wide ? 16 : 0, trace.length(), 16),
                            Long.parseUnsignedLong(span, 16),
                            parent == null ? 0 : Long.parseUnsignedLong(parent, 16),
                            sampled,
                            state);
            return context.low() == 0 && context.high() == 0 || context.span() == 0
                    ? null
                    : context;
        } catch (NumberFormatException e) {
            return null;
        }
    }
}
