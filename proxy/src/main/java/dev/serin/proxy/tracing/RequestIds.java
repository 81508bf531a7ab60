package dev.serin.proxy.tracing;

import dev.serin.proxy.http.Headers;

import org.jspecify.annotations.Nullable;

/// What `x-request-id` tells of a trace: its 15th digit says why a request is traced, so that each
/// proxy on the way decides the same. As Envoy's UuidRequestIdConfig.
final class RequestIds {
    private static final int REASON_AT = 14;

    private RequestIds() {}

    /// Why a request is traced.
    enum Reason {
        NONE('4'),
        SAMPLED('9'),
        FORCED('a'),
        CLIENT('b');

        private final char digit;

        Reason(char digit) {
            this.digit = digit;
        }
    }

    /// Null if the id is no UUID.
    static @Nullable Reason reason(@Nullable String id) {
        if (id == null || id.length() != 36) {
            return null;
        }
        for (var reason : Reason.values()) {
            if (reason.digit == id.charAt(REASON_AT)) {
                return reason;
            }
        }
        return Reason.NONE;
    }

    static void put(Headers headers, Reason reason) {
        var id = headers.get("x-request-id");
        if (id != null && id.length() == 36 && id.charAt(REASON_AT) != reason.digit) {
            headers.set(
                    "x-request-id",
                    id.substring(0, REASON_AT) + reason.digit + id.substring(REASON_AT + 1));
        }
    }

    /// A number that is the same wherever the id is seen; -1 if the id is no UUID.
    static long number(@Nullable String id) {
        try {
            return id == null || id.length() != 36 ? -1 : Long.parseLong(id, 0, 8, 16);
        } catch (NumberFormatException e) {
            return -1;
        }
    }
}
