package dev.serin.proxy.network.ratelimit;

import dev.serin.base.time.Ticker;
import dev.serin.proxy.extension.ConfigProblem;
import dev.serin.proxy.extension.ExtensionConfig;
import dev.serin.proxy.network.filter.ConnectionContext;
import dev.serin.proxy.network.filter.NetworkFilter;
import dev.serin.proxy.network.filter.NetworkFilterFactory;
import dev.serin.proxy.ratelimit.TokenBucket;

import io.envoyproxy.envoy.extensions.filters.network.local_ratelimit.v3.LocalRateLimit;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.List;

/// Takes no more connections than its bucket has tokens. As Envoy's LocalRateLimit for connections.
public final class ConnectionLimits implements NetworkFilterFactory {
    /// As Envoy: more often than that is not counted well.
    private static final Duration SHORTEST = Duration.ofMillis(50);

    private final Ticker ticker;

    public ConnectionLimits(Ticker ticker) {
        this.ticker = ticker;
    }

    @Override
    public List<String> types() {
        return List.of("envoy.extensions.filters.network.local_ratelimit.v3.LocalRateLimit");
    }

    @Override
    public NetworkFilter compile(ExtensionConfig config) throws ConfigProblem {
        var message = config.as(LocalRateLimit.parser());
        var bucket = TokenBucket.of(message.getTokenBucket(), ticker, SHORTEST);
        var limited = "local_rate_limit." + message.getStatPrefix() + ".rate_limited";
        return new NetworkFilter() {
            @Override
            public @Nullable String refusal(ConnectionContext connection) {
                if (bucket.take()) {
                    return null;
                }
                connection.count().accept(limited);
                return "local_ratelimit_close_over_limit";
            }
        };
    }
}
