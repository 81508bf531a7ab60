package dev.serin.proxy.http.router;

import dev.serin.proxy.http.Headers;
import dev.serin.proxy.http.filter.LocalReply;
import dev.serin.proxy.route.retry.RetryWord;
import dev.serin.proxy.stream.ResponseFlag;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/// What a request asks of the router by its own `x-envoy-` headers, over what its route says. From
/// outside of the mesh they do not come this far. Milliseconds; -1 for not asked.
final class Wishes {
    long total = -1;
    long expected = -1;
    long perTry = -1;
    int retries = -1;
    int retryOn;
    List<Integer> codes = List.of();
    List<String> headers = List.of();

    private Wishes() {}

    /// Reads them, and takes out those that hosts should not see; null if there are none.
    static @Nullable Wishes take(Headers headers) {
        Wishes wishes = null;
        for (var i = headers.size() - 1; i >= 0; i--) {
            var name = headers.name(i);
            if (!name.startsWith("x-envoy-")) {
                continue;
            }
            wishes = wishes == null ? new Wishes() : wishes;
            if (wishes.read(name, headers.value(i))) {
                headers.removeAt(i);
            }
        }
        return wishes;
    }

    /// Whether it is not for hosts.
    private boolean read(String name, String value) {
        switch (name) {
            case "x-envoy-expected-rq-timeout-ms" -> {
                expected = number(value);
                return false;
            }
            case "x-envoy-upstream-rq-timeout-ms" -> total = number(value);
            case "x-envoy-upstream-rq-per-try-timeout-ms" -> perTry = number(value);
            case "x-envoy-max-retries" ->
                    retries = (int) Math.min(number(value), Integer.MAX_VALUE);
            case "x-envoy-retry-on", "x-envoy-retry-grpc-on" -> retryOn |= RetryWord.bits(value);
            case "x-envoy-retriable-status-codes" -> codes = codes(value);
            case "x-envoy-retriable-header-names" -> this.headers = names(value);
            case "x-envoy-hedge-on-per-try-timeout",
                    "x-envoy-upstream-alt-stat-name",
                    "x-envoy-upstream-rq-timeout-alt-response" -> {}
            default -> {
                return false;
            }
        }
        return true;
    }

    private static List<Integer> codes(String value) {
        var codes = new ArrayList<Integer>();
        for (var code : value.split(",", -1)) {
            var number = number(code.strip());
            if (number >= 0 && number < 1000) {
                codes.add((int) number);
            }
        }
        return codes;
    }

    private static List<String> names(String value) {
        var names = new ArrayList<String>();
        for (var name : value.split(",", -1)) {
            if (!name.isBlank()) {
                names.add(name.strip().toLowerCase(java.util.Locale.ROOT));
            }
        }
        return names;
    }

    /// -1 for what is no number.
    private static long number(String text) {
        if (text.isEmpty() || text.length() > 15) {
            return -1;
        }
        var number = 0L;
        for (var i = 0; i < text.length(); i++) {
            var digit = text.charAt(i) - '0';
            if (digit < 0 || digit > 9) {
                return -1;
            }
            number = number * 10 + digit;
        }
        return number;
    }

    /// The reply to a request with a value that is not good where that is looked at; null if all
    /// are.
    static @Nullable LocalReply refusal(Headers headers, RouterConfig config) {
        for (var name : config.strict()) {
            var value = headers.get(name);
            if (value != null && !good(name, value)) {
                return new LocalReply(
                        400,
                        ResponseFlag.INVALID_ENVOY_REQUEST_HEADERS.bit(),
                        "request_headers_failed_strict_check",
                        "invalid header '" + name + "' with value '" + value + "'");
            }
        }
        return null;
    }

    private static boolean good(String name, String value) {
        return name.endsWith("-on") ? RetryWord.unknown(value) == null : number(value) >= 0;
    }
}
