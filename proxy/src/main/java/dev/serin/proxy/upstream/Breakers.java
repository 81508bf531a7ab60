package dev.serin.proxy.upstream;

import org.jspecify.annotations.Nullable;

/// The circuit breakers of one cluster for one routing priority: how much of each may be in use at
/// once, by all workers together. Any thread. As Envoy's CircuitBreakers.Thresholds.
public final class Breakers {
    private final Breaker connections;
    private final Breaker pending;
    private final Breaker requests;
    private final Breaker retries;
    private final Breaker pools;
    private final Limits limits;

    Breakers(Limits limits) {
        this.limits = limits;
        connections = new Breaker(limits.connections());
        pending = new Breaker(limits.pending());
        requests = new Breaker(limits.requests());
        pools = new Breaker(limits.pools());
        var budget = limits.budget();
        retries = budget == null ? new Breaker(limits.retries()) : new Budgeted(budget);
    }

    /// How much of each.
    ///
    /// @param pools of connections, over all workers and hosts
    /// @param budget in the place of `retries`, null if there is none
    /// @param tracked whether what is left is shown as a gauge
    public record Limits(
            int connections,
            int pending,
            int requests,
            int retries,
            int pools,
            @Nullable Budget budget,
            boolean tracked) {
        /// As Envoy's defaults.
        public static final Limits USUAL =
                new Limits(1024, 1024, 1024, 3, Integer.MAX_VALUE, null, false);
    }

    /// Retries as a share of what is in flight.
    ///
    /// @param percent of active and pending requests
    /// @param least that may always be
    public record Budget(double percent, int least) {}

    /// A breaker whose limit moves with the load.
    private final class Budgeted extends Breaker {
        private final Budget budget;

        Budgeted(Budget budget) {
            super(0);
            this.budget = budget;
        }

        @Override
        public int limit() {
            var active = (long) requests.used() + pending.used();
            return (int) Math.max(budget.least(), (long) (budget.percent() / 100 * active));
        }
    }

    public Limits limits() {
        return limits;
    }

    public Breaker connections() {
        return connections;
    }

    public Breaker pending() {
        return pending;
    }

    public Breaker requests() {
        return requests;
    }

    public Breaker retries() {
        return retries;
    }

    public Breaker pools() {
        return pools;
    }
}
