package dev.serin.proxy.upstream.balance;

import com.google.protobuf.Value;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// How a cluster chooses hosts, as configured. Immutable. As Envoy's lb_policy, its settings and
/// common_lb_config.
///
/// @param subsets null if endpoints are not told apart by metadata
/// @param overridable health that a host may have which a session asks for by address
public record Policy(
        Choice choice,
        Spread spread,
        int panicPercent,
        @Nullable Subsets subsets,
        Set<Health> overridable) {
    /// Round robin with Envoy's usual settings.
    public static final Policy ROUND_ROBIN =
            new Policy(
                    new RoundRobin(null),
                    Spread.PLAIN,
                    50,
                    null,
                    EnumSet.of(Health.HEALTHY, Health.DEGRADED));

    /// Which host of a set.
    public sealed interface Choice {}

    /// In turn, by weight.
    public record RoundRobin(@Nullable SlowStart slowStart) implements Choice {}

    /// The one with the fewest requests of some that are drawn, or of all.
    ///
    /// @param choices that are drawn
    /// @param bias how much requests count against weight, where weights differ
    public record LeastRequest(
            int choices, double bias, boolean fullScan, @Nullable SlowStart slowStart)
            implements Choice {}

    /// Any, by chance alone.
    public record Random() implements Choice {}

    /// By hash, on a ketama ring.
    public record RingHash(long smallest, long largest, boolean murmur, Consistent consistent)
            implements Choice {}

    /// By hash, in a Maglev table.
    public record Maglev(int tableSize, Consistent consistent) implements Choice {}

    /// In turn, by weights that hosts report of themselves.
    ///
    /// @param metrics names of those that tell utilisation if the report has no word of its own
    public record ReportedWeights(
            Duration blackout,
            Duration expiration,
            Duration update,
            double errorPenalty,
            List<String> metrics,
            @Nullable SlowStart slowStart)
            implements Choice {}

    /// As the cluster's discovery provides: ORIGINAL_DST and the dynamic forward proxy.
    public record Provided() implements Choice {}

    /// @param hostname whether hashes are of the endpoint's host name instead of its address
    /// @param balanceFactor most load of a host in per cent of the mean, 0 for any
    public record Consistent(boolean hostname, int balanceFactor) {}

    /// A host that has just become healthy takes less, for a while.
    ///
    /// @param smallest share of its weight, between 0 and 1
    public record SlowStart(Duration window, double aggression, double smallest) {}

    /// How requests spread over localities.
    ///
    /// @param weighted by the localities' weights
    /// @param zone null if not by nearness
    public record Spread(boolean weighted, @Nullable Zone zone) {
        public static final Spread PLAIN = new Spread(false, null);

        boolean failsOnPanic() {
            return zone != null && zone.failOnPanic();
        }
    }

    /// Preference for the proxy's own zone.
    ///
    /// @param enabledPercent of the picks
    public record Zone(double enabledPercent, long smallestCluster, boolean failOnPanic) {
        /// Of a cluster that says nothing of it.
        static final Zone USUAL = new Zone(100, 6, false);
    }

    /// What the picker counts a host as.
    public enum Health {
        HEALTHY,
        DEGRADED,
        UNHEALTHY
    }

    /// What happens where no endpoint has the wanted metadata.
    public enum Fallback {
        NONE,
        ANY,
        DEFAULT,
        KEYS
    }

    /// Endpoints told apart by metadata. As Envoy's LbSubsetConfig.
    ///
    /// @param fallbackList whether the request's own metadata may list what else to look for
    public record Subsets(
            Fallback fallback,
            Map<String, Value> defaults,
            List<Selector> selectors,
            boolean localityWeightAware,
            boolean scaleLocalityWeight,
            boolean panicModeAny,
            boolean listAsAny,
            boolean fallbackList) {}

    /// The keys of one family of subsets.
    ///
    /// @param keys sorted
    /// @param fallback null for that of all selectors
    /// @param fallbackKeys for [Fallback#KEYS]
    /// @param singleHost each subset is one host
    public record Selector(
            List<String> keys,
            @Nullable Fallback fallback,
            List<String> fallbackKeys,
            boolean singleHost) {}
}
