package dev.serin.proxy.http.cors;

import dev.serin.base.chance.Draw;
import dev.serin.proxy.http.Headers;
import dev.serin.proxy.http.RequestHead;
import dev.serin.proxy.http.ResponseHead;
import dev.serin.proxy.http.filter.HttpFilter;
import dev.serin.proxy.http.filter.LocalReply;
import dev.serin.proxy.http.filter.StreamContext;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.function.Function;

/// Answers the questions of browsers before they make a cross-origin request, and tells them in
/// responses what they may show. Another origin's request goes on: the browser, which learns
/// nothing of being allowed, is who refuses. As Envoy's cors filter.
final class CorsFilter implements HttpFilter {
    private final String name;
    private final Draw draw;
    private List<CorsPolicy> policies = List.of();
    private @Nullable String allowed;

    CorsFilter(String name, Draw draw) {
        this.name = name;
        this.draw = draw;
    }

    @Override
    public Next request(StreamContext stream, RequestHead head, boolean end) {
        var origin = head.headers().get("origin");
        if (origin == null || origin.isEmpty()) {
            return Next.CONTINUE;
        }
        policies =
                stream.perRoutes(name).stream()
                        .filter(CorsPolicy.class::isInstance)
                        .map(CorsPolicy.class::cast)
                        .toList();
        var enabled = enabled();
        if (!enabled && !shadow()) {
            return Next.CONTINUE;
        }
        var origins = first(p -> p.origins().isEmpty() ? null : p);
        var preflight =
                head.method().equals("OPTIONS")
                        && !orEmpty(head.headers().get("access-control-request-method")).isEmpty();
        if (origins == null || !origins.allows(origin)) {
            stream.count("cors.origin_invalid");
            if (enabled && preflight && !is(CorsPolicy::forwardUnmatched, true)) {
                stream.reply(new LocalReply(200, 0, "cors_response", "", answer(head)));
                return Next.PAUSE;
            }
            return Next.CONTINUE;
        }
        stream.count("cors.origin_valid");
        if (!enabled) {
            return Next.CONTINUE;
        }
        allowed = origin;
        if (!preflight) {
            return Next.CONTINUE;
        }
        stream.reply(new LocalReply(200, 0, "cors_response", "", answer(head)));
        return Next.PAUSE;
    }

    private Headers answer(RequestHead head) {
        var headers = new Headers(8);
        set(headers, "access-control-allow-methods", CorsPolicy::methods);
        set(headers, "access-control-allow-headers", CorsPolicy::headers);
        set(headers, "access-control-max-age", CorsPolicy::maxAge);
        if (is(CorsPolicy::credentials, false)) {
            headers.set("access-control-allow-credentials", "true");
        }
        if (is(CorsPolicy::privateNetwork, false)
                && "true".equals(head.headers().get("access-control-request-private-network"))) {
            headers.set("access-control-allow-private-network", "true");
        }
        return headers;
    }

    @Override
    public Next response(StreamContext stream, ResponseHead head, boolean end) {
        if (allowed != null) {
            head.headers().set("access-control-allow-origin", allowed);
            if (is(CorsPolicy::credentials, false)) {
                head.headers().set("access-control-allow-credentials", "true");
            }
            set(head.headers(), "access-control-expose-headers", CorsPolicy::exposed);
        }
        return Next.CONTINUE;
    }

    private boolean enabled() {
        if (policies.isEmpty()) {
            return false;
        }
        var share = policies.getFirst().enabled();
        return share == null || share.hits(draw);
    }

    private boolean shadow() {
        var share = policies.isEmpty() ? null : policies.getFirst().shadow();
        return share != null && share.hits(draw);
    }

    private void set(Headers headers, String header, Function<CorsPolicy, String> text) {
        var value = first(p -> text.apply(p).isEmpty() ? null : text.apply(p));
        if (value != null) {
            headers.set(header, value);
        }
    }

    private boolean is(Function<CorsPolicy, @Nullable Boolean> flag, boolean otherwise) {
        var said = first(flag);
        return said == null ? otherwise : said;
    }

    /// What the most specific level that says something of it says.
    private <T> @Nullable T first(Function<CorsPolicy, @Nullable T> said) {
        for (var policy : policies) {
            var value = said.apply(policy);
            if (value != null) {
                return value;
            }
        }
        return null;
    }

    private static String orEmpty(@Nullable String text) {
        return text == null ? "" : text;
    }
}
