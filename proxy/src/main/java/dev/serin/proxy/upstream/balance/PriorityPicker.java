package dev.serin.proxy.upstream.balance;

import dev.serin.base.chance.Draw;
import dev.serin.base.chance.Draws;
import dev.serin.proxy.upstream.ClusterConfig.Balancing;
import dev.serin.proxy.upstream.Host;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/// Takes the best priority that has a healthy host, and in it the configured policy.
final class PriorityPicker implements HostPicker {
    private final List<HostLevel> levels;
    private final Balancing balancing;
    private final Draw draw;
    private final AtomicInteger turn;

    PriorityPicker(List<HostLevel> levels, Balancing balancing, Draws draws) {
        this.levels = levels;
        this.balancing = balancing;
        this.draw = draws.named("host");
        // a start drawn by chance, or every proxy would send its first request to the same host
        this.turn = new AtomicInteger(draws.named("round-robin-start").below(1 << 20));
    }

    @Override
    public @Nullable Host pick(PickContext context) {
        var nanos = context.nanos();
        for (var level : levels) {
            var host = level.usable(nanos) ? pick(level, nanos, context) : null;
            if (host != null) {
                return host;
            }
        }
        for (var level : levels) {
            if (level.mayPanic()) {
                return pick(level, nanos, context);
            }
        }
        return null;
    }

    /// Asks the policy a few times for a host that is neither ejected nor avoided, then looks for
    /// any.
    private @Nullable Host pick(HostLevel level, long nanos, PickContext context) {
        var tries = 1 + context.repicks();
        for (var i = 0; i < tries; i++) {
            var host = choose(level);
            if (host != null && !host.ejected(nanos) && !context.avoids(host)) {
                return host;
            }
        }
        return level.first(turn.getAndIncrement(), nanos, context);
    }

    private @Nullable Host choose(HostLevel level) {
        return switch (balancing) {
            case ROUND_ROBIN, PROVIDED -> level.at(turn.getAndIncrement());
            case RANDOM -> level.at(draw.below(Math.max(1, level.slots())));
            case LEAST_REQUEST -> {
                if (level.slots() < 2) {
                    yield level.at(0);
                }
                var a = level.at(draw.below(level.slots()));
                var b = level.at(draw.below(level.slots()));
                yield a == null || b == null || a.active() <= b.active() ? a : b;
            }
        };
    }
}
