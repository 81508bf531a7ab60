package dev.serin.config.check;

import static dev.serin.config.check.MetadataRules.complain;

import dev.serin.base.text.Nearest;

import java.util.List;
import java.util.Set;

/// What one HTTP rule of a VirtualService must keep.
final class HttpRouteRules {
    static final String RULE_NEEDS = "a route, a redirect, a directResponse or a delegate";
    // Envoy's names for HTTP and gRPC, as its documentation of x-envoy-retry-on lists them.
    private static final Set<String> RETRY_ON =
            Set.of(
                    "5xx",
                    "gateway-error",
                    "reset",
                    "reset-before-request",
                    "connect-failure",
                    "envoy-ratelimited",
                    "retriable-4xx",
                    "refused-stream",
                    "retriable-status-codes",
                    "retriable-headers",
                    "http3-post-connect-failure",
                    "cancelled",
                    "deadline-exceeded",
                    "internal",
                    "resource-exhausted",
                    "unavailable");
    private static final Set<String> GRPC =
            Set.of(
                    "OK",
                    "CANCELLED",
                    "UNKNOWN",
                    "INVALID_ARGUMENT",
                    "DEADLINE_EXCEEDED",
                    "NOT_FOUND",
                    "ALREADY_EXISTS",
                    "PERMISSION_DENIED",
                    "RESOURCE_EXHAUSTED",
                    "FAILED_PRECONDITION",
                    "ABORTED",
                    "OUT_OF_RANGE",
                    "UNIMPLEMENTED",
                    "INTERNAL",
                    "UNAVAILABLE",
                    "DATA_LOSS",
                    "UNAUTHENTICATED");
    private static final Set<String> METHODS =
            Set.of(
                    "GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH",
                    "*");
    private static final List<String> REDIRECT_CODES = List.of("301", "302", "303", "307", "308");

    private HttpRouteRules() {}

    static void check(Place rule) {
        actions(rule);
        rule.each("match", HttpMatchRules::check);
        split(rule);
        rule.durations(true, "timeout");
        retries(rule.at("retries"));
        fault(rule.at("fault"));
        mirrors(rule);
        cors(rule.at("corsPolicy"));
        headers(rule.at("headers"));
        rewrite(rule.at("rewrite"));
        redirect(rule.at("redirect"));
        response(rule.at("directResponse"));
        var delegate = rule.at("delegate");
        if (delegate.exists() && delegate.text("name").isEmpty()) {
            delegate.missing("name", "the VirtualService that decides");
        }
    }

    private static void actions(Place rule) {
        var arms = rule.count("route", "redirect", "directResponse", "delegate");
        if (arms == 0 || arms == 1 && rule.has("route") && rule.size("route") == 0) {
            rule.missing("route", RULE_NEEDS);
        } else if (arms > 1) {
            rule.forbid(
                    "more than one of route, redirect, directResponse and delegate",
                    "keep one of them");
        }
        if (rule.has("redirect") || rule.has("directResponse")) {
            for (var other : List.of("fault", "rewrite", "mirror", "mirrors")) {
                if (rule.has(other)) {
                    rule.at(other)
                            .forbid(
                                    "nothing is forwarded where there is a "
                                            + (rule.has("redirect")
                                                    ? "redirect"
                                                    : "directResponse"),
                                    "take it out");
                }
            }
        }
    }

    /// The arms of a route and their weights.
    static void split(Place rule) {
        var arms = rule.elements("route");
        long sum = 0;
        var written = false;
        for (var arm : arms) {
            arm.notNegative("weight");
            sum += Math.max(0, arm.at("weight").node().asLong(0));
            written |= arm.has("weight");
            destination(arm.at("destination"));
            headers(arm.at("headers"));
        }
        if (sum == 0 && !arms.isEmpty() && (arms.size() > 1 || written)) {
            rule.at("route")
                    .forbid(
                            written
                                    ? "the weights are all zero: no arm gets a request"
                                    : "several arms without a weight: no arm gets a request",
                            "give at least one arm a weight above 0, such as 90 and 10");
        }
        if (sum > 0xffff_ffffL) {
            rule.at("route").forbid("the weights add up to " + sum, "keep the sum below 2^32");
        }
    }

    static void destination(Place destination) {
        if (!destination.exists()) {
            return;
        }
        var host = destination.at("host");
        if (host.exists()) {
            complain(host, Names.host(host.text()));
            if (host.text().startsWith("*")) {
                host.bad("must be one host, without a wildcard");
            }
        }
        if (destination.has("subset")) {
            complain(destination.at("subset"), Names.label(destination.text("subset")));
        }
        destination.at("port").port("number");
    }

    private static void retries(Place retries) {
        retries.notNegative("attempts");
        retries.durations(true, "perTryTimeout");
        retries.durations(false, "backoff");
        if (retries.at("attempts").node().asLong(-1) == 0
                && retries.count("perTryTimeout", "retryOn") > 0) {
            retries.forbid(
                    "attempts is 0, so nothing is retried",
                    "take perTryTimeout and retryOn out, or give attempts");
        }
        for (var word : retries.text("retryOn").split(",")) {
            var text = word.strip();
            if (!text.isEmpty() && !RETRY_ON.contains(text) && !text.matches("[1-5][0-9][0-9]")) {
                var near = Nearest.to(text, RETRY_ON);
                retries.at("retryOn")
                        .bad(
                                "must be Envoy's conditions and status codes, with commas between;"
                                        + " not "
                                        + text,
                                near == null ? null : "did you mean " + near + "?");
            }
        }
    }

    private static void fault(Place fault) {
        if (!fault.exists()) {
            return;
        }
        if (fault.count("delay", "abort") == 0) {
            fault.missing("delay", "a delay or an abort");
        }
        var delay = fault.at("delay");
        if (delay.exists()) {
            share(delay);
            delay.durations(false, "fixedDelay", "exponentialDelay");
            if (delay.count("fixedDelay", "exponentialDelay") != 1) {
                delay.forbid("neither or both of fixedDelay and exponentialDelay", "keep one");
            }
        }
        var abort = fault.at("abort");
        if (abort.exists()) {
            share(abort);
            abort.range("httpStatus", 200, 599);
            abort.word("grpcStatus", GRPC);
            if (abort.count("httpStatus", "grpcStatus", "http2Error") != 1) {
                abort.forbid(
                        "not exactly one of httpStatus, grpcStatus and http2Error", "keep one");
            }
        }
    }

    private static void share(Place owner) {
        owner.at("percentage").percent("value");
        owner.percent("percent");
    }

    private static void mirrors(Place rule) {
        if (rule.count("mirror", "mirrors") > 1) {
            rule.at("mirrors").forbid("mirror is there too", "keep one of mirror and mirrors");
        }
        destination(rule.at("mirror"));
        rule.at("mirrorPercentage").percent("value");
        rule.percent("mirrorPercent");
        rule.percent("mirror_percent");
        if (rule.count("mirrorPercentage", "mirrorPercent", "mirror_percent") > 0
                && !rule.has("mirror")) {
            rule.missing("mirror", "where the copies go");
        }
        for (var mirror : rule.elements("mirrors")) {
            destination(mirror.at("destination"));
            mirror.at("percentage").percent("value");
        }
    }

    private static void cors(Place cors) {
        cors.each("allowOrigins", HttpMatchRules::text);
        cors.each(
                "allowMethods",
                m -> {
                    if (!METHODS.contains(m.text())) {
                        m.bad("must be a method in upper case, or *");
                    }
                });
        for (var list : List.of("allowHeaders", "exposeHeaders")) {
            cors.each(list, h -> complain(h, Names.header(h.text())));
        }
        cors.durations(true, "maxAge");
    }

    static void headers(Place headers) {
        for (var way : List.of("request", "response")) {
            var change = headers.at(way);
            for (var kind : List.of("set", "add")) {
                var map = change.at(kind);
                for (var entry : change.entries(kind)) {
                    name(map, entry.keyIn(map), kind.equals("set") && way.equals("request"));
                }
            }
            change.each("remove", h -> name(h, h.text(), false));
        }
    }

    private static void name(Place place, String name, boolean hostAllowed) {
        var host = name.equalsIgnoreCase("host") || name.equals(":authority");
        if (host && hostAllowed) {
            return;
        }
        if (host || name.startsWith(":")) {
            place.bad("must leave " + name + " as it is", "use rewrite.authority for the host");
        } else {
            complain(place, Names.header(name));
        }
    }

    private static void rewrite(Place rewrite) {
        if (!rewrite.exists()) {
            return;
        }
        if (rewrite.count("uri", "authority", "uriRegexRewrite") == 0) {
            rewrite.missing("uri", "a uri, an authority or a uriRegexRewrite");
        }
        if (rewrite.count("uri", "uriRegexRewrite") > 1) {
            rewrite.forbid("both uri and uriRegexRewrite", "keep one of them");
        }
        var regex = rewrite.at("uriRegexRewrite");
        if (regex.exists()) {
            complain(regex.at("match"), Names.regex(regex.text("match")));
            if (!regex.has("rewrite")) {
                regex.missing("rewrite", "what is put there");
            }
        }
    }

    private static void redirect(Place redirect) {
        if (!redirect.exists()) {
            return;
        }
        var count =
                redirect.count("uri", "authority", "port", "derivePort", "scheme", "prefixRewrite");
        if (count == 0) {
            redirect.forbid(
                    "it names no other address",
                    "add uri, authority, port, scheme or prefixRewrite");
        }
        if (redirect.count("port", "derivePort") > 1) {
            redirect.forbid("both port and derivePort", "keep one of them");
        }
        redirect.port("port");
        var code = redirect.at("redirectCode");
        if (code.node().isIntegralNumber() && !REDIRECT_CODES.contains(code.text())) {
            code.bad("must be one of " + String.join(", ", REDIRECT_CODES));
        }
        if (redirect.has("scheme") && !List.of("http", "https").contains(redirect.text("scheme"))) {
            redirect.at("scheme").bad("must be http or https");
        }
    }

    private static void response(Place response) {
        response.range("status", 200, 599);
        var body = response.at("body");
        if (body.exists() && body.count("string", "bytes") != 1) {
            body.forbid("not exactly one of string and bytes", "keep one of them");
        }
        if (body.text("string").length() > 1_048_576) {
            body.at("string").forbid("more than 1 MiB", "serve large bodies from a service");
        }
    }
}
