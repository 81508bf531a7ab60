package dev.serin.proxy.http.ratelimit;

import dev.serin.base.chance.Draw;
import dev.serin.base.chance.Draws;
import dev.serin.base.time.Ticker;
import dev.serin.proxy.extension.ConfigProblem;
import dev.serin.proxy.extension.ExtensionConfig;
import dev.serin.proxy.format.Entry;
import dev.serin.proxy.http.Headers;
import dev.serin.proxy.http.RequestHead;
import dev.serin.proxy.http.filter.HttpFilter;
import dev.serin.proxy.http.filter.HttpFilterFactory;
import dev.serin.proxy.http.filter.LocalReply;
import dev.serin.proxy.http.filter.StreamContext;
import dev.serin.proxy.ratelimit.TokenBucket;
import dev.serin.proxy.route.Fraction;
import dev.serin.proxy.route.HeaderChanges;
import dev.serin.proxy.stream.ResponseFlag;

import io.envoyproxy.envoy.config.core.v3.RuntimeFractionalPercent;
import io.envoyproxy.envoy.extensions.filters.http.local_ratelimit.v3.LocalRateLimit;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.function.Supplier;

/// Lets no more requests pass than its bucket has tokens. A route's own limit stands in place of
/// the listener's. As Envoy's LocalRateLimit without descriptors.
public final class LocalLimitFilters implements HttpFilterFactory {
    private static final Fraction NONE = new Fraction(0, 100);

    private final Ticker ticker;
    private final Draw draw;

    /// @param draws for the draw `local-rate-limit`
    public LocalLimitFilters(Ticker ticker, Draws draws) {
        this.ticker = ticker;
        this.draw = draws.named("local-rate-limit");
    }

    @Override
    public List<String> types() {
        return List.of("envoy.extensions.filters.http.local_ratelimit.v3.LocalRateLimit");
    }

    @Override
    public Supplier<HttpFilter> compile(ExtensionConfig config) throws ConfigProblem {
        var filter = new Limiting(config.name(), limit(config), draw);
        return () -> filter;
    }

    @Override
    public Object compilePerRoute(ExtensionConfig config) throws ConfigProblem {
        return limit(config);
    }

    private Limit limit(ExtensionConfig config) throws ConfigProblem {
        var message = config.as(LocalRateLimit.parser());
        var status = message.getStatus().getCodeValue();
        return new Limit(
                message.getStatPrefix() + ".http_local_rate_limit.",
                message.hasTokenBucket() ? TokenBucket.of(message.getTokenBucket(), ticker) : null,
                status < 400 ? 429 : status,
                share(message.hasFilterEnabled(), message.getFilterEnabled()),
                share(message.hasFilterEnforced(), message.getFilterEnforced()),
                HeaderChanges.of(message.getResponseHeadersToAddList(), List.of()),
                HeaderChanges.of(message.getRequestHeadersToAddWhenNotEnforcedList(), List.of()));
    }

    private static Fraction share(boolean set, RuntimeFractionalPercent message) {
        return set ? Fraction.of(message.getDefaultValue()) : NONE;
    }

    /// @param bucket null for no limit
    private record Limit(
            String stat,
            @Nullable TokenBucket bucket,
            int status,
            Fraction enabled,
            Fraction enforced,
            HeaderChanges added,
            HeaderChanges notEnforced) {}

    /// Has no state of its own.
    private record Limiting(String name, Limit usual, Draw draw) implements HttpFilter {
        @Override
        public Next request(StreamContext stream, RequestHead head, boolean end) {
            var limit = stream.perRoute(name) instanceof Limit own ? own : usual;
            if (limit.bucket() == null || !limit.enabled().hits(draw)) {
                return Next.CONTINUE;
            }
            stream.countByFullName(limit.stat() + "enabled");
            if (limit.bucket().take()) {
                stream.countByFullName(limit.stat() + "ok");
                return Next.CONTINUE;
            }
            stream.countByFullName(limit.stat() + "rate_limited");
            if (!limit.enforced().hits(draw)) {
                limit.notEnforced().apply(head.headers(), () -> now(stream));
                return Next.CONTINUE;
            }
            stream.countByFullName(limit.stat() + "enforced");
            var headers = new Headers(4);
            limit.added().apply(headers, () -> now(stream));
            stream.reply(
                    new LocalReply(
                            limit.status(),
                            ResponseFlag.RATE_LIMITED.bit(),
                            "local_rate_limited",
                            "local_rate_limited",
                            headers));
            return Next.PAUSE;
        }

        private static Entry now(StreamContext stream) {
            return Entry.of(stream.soFar(), stream.ticker().now());
        }
    }
}
