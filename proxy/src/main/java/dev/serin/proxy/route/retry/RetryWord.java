package dev.serin.proxy.route.retry;

import org.jspecify.annotations.Nullable;

/// What may be tried again. As the words of Envoy's `retry_on`, `x-envoy-retry-on` and
/// `x-envoy-retry-grpc-on`.
public enum RetryWord {
    SERVER_ERROR("5xx"),
    GATEWAY_ERROR("gateway-error"),
    RESET("reset"),
    RESET_BEFORE_REQUEST("reset-before-request"),
    CONNECT_FAILURE("connect-failure"),
    RATE_LIMITED("envoy-ratelimited"),
    RETRIABLE_4XX("retriable-4xx"),
    REFUSED_STREAM("refused-stream"),
    RETRIABLE_STATUS_CODES("retriable-status-codes"),
    RETRIABLE_HEADERS("retriable-headers"),
    /// There is no HTTP/3 towards hosts, so it never happens.
    HTTP3_POST_CONNECT_FAILURE("http3-post-connect-failure"),
    CANCELLED("cancelled"),
    DEADLINE_EXCEEDED("deadline-exceeded"),
    INTERNAL("internal"),
    RESOURCE_EXHAUSTED("resource-exhausted"),
    UNAVAILABLE("unavailable");

    private static final RetryWord[] ALL = values();
    private static final int GRPC =
            CANCELLED.bit
                    | DEADLINE_EXCEEDED.bit
                    | INTERNAL.bit
                    | RESOURCE_EXHAUSTED.bit
                    | UNAVAILABLE.bit;

    private final String shown;
    private final int bit;

    @SuppressWarnings("EnumOrdinal") // never stored or sent
    RetryWord(String shown) {
        this.shown = shown;
        this.bit = 1 << ordinal();
    }

    /// Whether it is in a set that is kept as an int.
    public boolean in(int words) {
        return (words & bit) != 0;
    }

    /// The words of a comma-separated list; those that are none are left out.
    public static int bits(String list) {
        var bits = 0;
        for (var word : list.split(",", -1)) {
            var known = of(word.strip());
            bits |= known == null ? 0 : known.bit;
        }
        return bits;
    }

    /// The first word of a comma-separated list that is none; null if all are.
    public static @Nullable String unknown(String list) {
        for (var word : list.split(",", -1)) {
            if (!word.isBlank() && of(word.strip()) == null) {
                return word.strip();
            }
        }
        return null;
    }

    private static @Nullable RetryWord of(String text) {
        for (var word : ALL) {
            if (word.shown.equals(text)) {
                return word;
            }
        }
        return null;
    }

    /// Whether a set asks for one of the words about gRPC.
    public static boolean anyGrpc(int words) {
        return (words & GRPC) != 0;
    }

    /// Whether a set asks for a response with this `grpc-status`.
    public static boolean grpc(int words, String status) {
        return switch (status) {
            case "1" -> CANCELLED.in(words);
            case "4" -> DEADLINE_EXCEEDED.in(words);
            case "8" -> RESOURCE_EXHAUSTED.in(words);
            case "13" -> INTERNAL.in(words);
            case "14" -> UNAVAILABLE.in(words);
            default -> false;
        };
    }
}
