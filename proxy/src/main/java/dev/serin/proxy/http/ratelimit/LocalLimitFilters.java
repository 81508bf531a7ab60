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
import dev.serin.proxy.ratelimit.LimitEntry;
import dev.serin.proxy.ratelimit.RateLimits;
import dev.serin.proxy.ratelimit.TokenBucket;
import dev.serin.proxy.route.Fraction;
import dev.serin.proxy.route.HeaderChanges;
import dev.serin.proxy.stream.ResponseFlag;

import io.envoyproxy.envoy.config.core.v3.RuntimeFractionalPercent;
import io.envoyproxy.envoy.extensions.filters.http.local_ratelimit.v3.LocalRateLimit;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;

/// Lets no more requests pass than its bucket has tokens. A route's own limit stands in place of
/// the listener's. Requests that are described in a way that has a bucket of its own take from that
/// one. As Envoy's LocalRateLimit.
public final class LocalLimitFilters implements HttpFilterFactory {
    private static final Fraction NONE = new Fraction(0, 100);

    /// As Envoy: more often than that is not counted well.
    private static final Duration SHORTEST = Duration.ofMillis(50);

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
                message.hasTokenBucket()
                        ? TokenBucket.of(message.getTokenBucket(), ticker, SHORTEST)
                        : null,
                status < 400 ? 429 : status,
                share(message.hasFilterEnabled(), message.getFilterEnabled()),
                share(message.hasFilterEnforced(), message.getFilterEnforced()),
                HeaderChanges.of(message.getResponseHeadersToAddList(), List.of()),
                HeaderChanges.of(message.getRequestHeadersToAddWhenNotEnforcedList(), List.of()),
                message.getRateLimitedAsResourceExhausted() ? 8 : -1,
                descriptions(message));
    }

    private Descriptions descriptions(LocalRateLimit message) throws ConfigProblem {
        var buckets = new HashMap<List<LimitEntry>, TokenBucket>();
        for (var descriptor : message.getDescriptorsList()) {
            var entries = new ArrayList<LimitEntry>();
            for (var entry : descriptor.getEntriesList()) {
                if (entry.getValue().isEmpty()) {
                    throw new ConfigProblem(
                            "descriptors.entries",
                            "'" + entry.getKey() + "' has no value: any value is not supported");
                }
                entries.add(new LimitEntry(entry.getKey(), entry.getValue()));
            }
            var bucket = TokenBucket.of(descriptor.getTokenBucket(), ticker, SHORTEST);
            if (buckets.put(entries, bucket) != null) {
                throw new ConfigProblem("descriptors", "two have the same entries");
            }
        }
        return new Descriptions(
                Map.copyOf(buckets),
                message.getRateLimitsCount() == 0
                        ? null
                        : RateLimits.of(message.getRateLimitsList(), false, false),
                message.getStage(),
                switch (message.getVhRateLimits()) {
                    case OVERRIDE -> OfHost.OVERRIDDEN;
                    case INCLUDE -> OfHost.INCLUDED;
                    case IGNORE -> OfHost.IGNORED;
                    case UNRECOGNIZED -> throw new ConfigProblem("vh_rate_limits", "unknown value");
                },
                !message.hasAlwaysConsumeDefaultTokenBucket()
                        || message.getAlwaysConsumeDefaultTokenBucket().getValue());
    }

    /// What becomes of what a virtual host says.
    private enum OfHost {
        OVERRIDDEN,
        INCLUDED,
        IGNORED
    }

    /// Buckets for requests that are described so.
    ///
    /// @param own how the filter describes requests; null where routes do
    /// @param withUsual whether the usual bucket is asked too
    private record Descriptions(
            Map<List<LimitEntry>, TokenBucket> buckets,
            @Nullable RateLimits own,
            int stage,
            OfHost ofHost,
            boolean withUsual) {
        /// The buckets of a request, the slowest first.
        List<TokenBucket> of(StreamContext stream) {
            if (buckets.isEmpty()) {
                return List.of();
            }
            var found = new ArrayList<TokenBucket>();
            Consumer<List<LimitEntry>> look =
                    entries -> {
                        var bucket = buckets.get(entries);
                        if (bucket != null) {
                            found.add(bucket);
                        }
                    };
            if (own != null) {
                own.describe(stream, 0, look);
            } else {
                var host = ofHost;
                for (var said : stream.perRoutes(RateLimits.KEY)) {
                    if (!(said instanceof RateLimits limits)) {
                        continue;
                    }
                    if (!limits.ofHost()) {
                        host =
                                limits.withHost()
                                        ? OfHost.INCLUDED
                                        : ofHost == OfHost.OVERRIDDEN ? OfHost.IGNORED : ofHost;
                        limits.describe(stream, stage, look);
                    } else if (host != OfHost.IGNORED) {
                        limits.describe(stream, stage, look);
                    }
                }
            }
            found.sort(Comparator.comparingDouble(TokenBucket::perSecond));
            return found;
        }
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
            HeaderChanges notEnforced,
            int grpcStatus,
            Descriptions descriptions) {
        boolean any() {
            return bucket != null || !descriptions.buckets().isEmpty();
        }

        /// Takes a token of each bucket that the request is to take from.
        boolean take(StreamContext stream) {
            var own = descriptions.of(stream);
            for (var described : own) {
                if (!described.take()) {
                    return false;
                }
            }
            return bucket == null || !own.isEmpty() && !descriptions.withUsual() || bucket.take();
        }
    }

    /// Has no state of its own.
    private record Limiting(String name, Limit usual, Draw draw) implements HttpFilter {
        @Override
        public Next request(StreamContext stream, RequestHead head, boolean end) {
            var limit = stream.perRoute(name) instanceof Limit own ? own : usual;
            if (!limit.any() || !limit.enabled().hits(draw)) {
                return Next.CONTINUE;
            }
            stream.countByFullName(limit.stat() + "enabled");
            if (limit.take(stream)) {
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
                            headers,
                            limit.grpcStatus()));
            return Next.PAUSE;
        }

        private static Entry now(StreamContext stream) {
            return Entry.of(stream.soFar(), stream.ticker().now());
        }
    }
}
