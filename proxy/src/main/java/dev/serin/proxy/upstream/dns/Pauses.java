package dev.serin.proxy.upstream.dns;

import dev.serin.base.chance.Draw;
import dev.serin.proxy.upstream.dns.Resolver.Answer;

import org.jspecify.annotations.Nullable;

import java.time.Duration;

/// How long a name is left alone until it is looked up again.
///
/// @param jitter draws what is added
public record Pauses(DnsConfig config, Draw jitter) {
    private static final Duration LEAST = Duration.ofMillis(1);

    /// @param failed look-ups in a row
    /// @param answer the last; null if it failed
    public Duration after(int failed, @Nullable Answer answer) {
        var base = config.failureBase();
        if (failed > 0 && base != null) {
            var most = config.failureMost() == null ? base.multipliedBy(10) : config.failureMost();
            var grown = base.multipliedBy(1L << Math.min(failed - 1, 20));
            var bound = grown.compareTo(most) > 0 ? most : grown;
            return Duration.ofMillis(1 + jitter.below((int) Math.max(1, bound.toMillis())));
        }
        var ttl = answer == null ? null : answer.ttl();
        var wanted = config.respectTtl() && ttl != null && !ttl.isZero() ? ttl : config.refresh();
        var rest = wanted.compareTo(LEAST) < 0 ? LEAST : wanted;
        var most = (int) config.jitter().toMillis();
        return most == 0 ? rest : rest.plusMillis(jitter.below(most));
    }
}
