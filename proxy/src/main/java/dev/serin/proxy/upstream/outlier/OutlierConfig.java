package dev.serin.proxy.upstream.outlier;

import com.google.protobuf.UInt32Value;
import com.google.protobuf.util.Durations;

import dev.serin.proxy.extension.ConfigProblem;

import io.envoyproxy.envoy.config.cluster.v3.OutlierDetection;

import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;

/// When a host is an outlier, and for how long it is left out. Immutable, compiled from Envoy's
/// OutlierDetection.
///
/// @param consecutive how many failures in a row, by kind
/// @param enforcing the chance in per cent that a verdict is carried out
/// @param successHosts and `successVolume`, `failureHosts`, `failureVolume`: the fewest hosts with
///   so many requests in an interval that are compared
/// @param stdevFactor in thousandths
public record OutlierConfig(
        Map<Verdict, Integer> consecutive,
        Map<Verdict, Integer> enforcing,
        Duration interval,
        Duration baseEjection,
        Duration maxEjection,
        Duration jitter,
        int maxPercent,
        boolean alwaysOne,
        boolean split,
        int successHosts,
        int successVolume,
        int stdevFactor,
        int failureThreshold,
        int failureHosts,
        int failureVolume,
        boolean healthCheckReturns) {

    /// @throws ConfigProblem naming the field that cannot be done
    public static OutlierConfig compile(OutlierDetection from) throws ConfigProblem {
        if (from.getMonitorsCount() > 0) {
            throw new ConfigProblem("outlier_detection.monitors", "is not supported");
        }
        var base = duration(from.hasBaseEjectionTime(), from.getBaseEjectionTime(), 30_000);
        var longest = duration(from.hasMaxEjectionTime(), from.getMaxEjectionTime(), 300_000);
        if (from.hasMaxEjectionTime() && longest.compareTo(base) < 0) {
            throw new ConfigProblem(
                    "outlier_detection.max_ejection_time", "is less than base_ejection_time");
        }
        return new OutlierConfig(
                consecutive(from),
                enforcing(from),
                duration(from.hasInterval(), from.getInterval(), 10_000),
                base,
                longest.compareTo(base) < 0 ? base : longest,
                duration(from.hasMaxEjectionTimeJitter(), from.getMaxEjectionTimeJitter(), 0),
                value(from.hasMaxEjectionPercent(), from.getMaxEjectionPercent(), 10),
                from.getAlwaysEjectOneHost().getValue(),
                from.getSplitExternalLocalOriginErrors(),
                value(from.hasSuccessRateMinimumHosts(), from.getSuccessRateMinimumHosts(), 5),
                value(from.hasSuccessRateRequestVolume(), from.getSuccessRateRequestVolume(), 100),
                value(from.hasSuccessRateStdevFactor(), from.getSuccessRateStdevFactor(), 1900),
                value(
                        from.hasFailurePercentageThreshold(),
                        from.getFailurePercentageThreshold(),
                        85),
                value(
                        from.hasFailurePercentageMinimumHosts(),
                        from.getFailurePercentageMinimumHosts(),
                        5),
                value(
                        from.hasFailurePercentageRequestVolume(),
                        from.getFailurePercentageRequestVolume(),
                        50),
                !from.hasSuccessfulActiveHealthCheckUnejectHost()
                        || from.getSuccessfulActiveHealthCheckUnejectHost().getValue());
    }

    private static Map<Verdict, Integer> consecutive(OutlierDetection from) {
        var most = new EnumMap<Verdict, Integer>(Verdict.class);
        most.put(
                Verdict.CONSECUTIVE_5XX,
                value(from.hasConsecutive5Xx(), from.getConsecutive5Xx(), 5));
        most.put(
                Verdict.CONSECUTIVE_GATEWAY_FAILURE,
                value(from.hasConsecutiveGatewayFailure(), from.getConsecutiveGatewayFailure(), 5));
        most.put(
                Verdict.CONSECUTIVE_LOCAL_ORIGIN_FAILURE,
                value(
                        from.hasConsecutiveLocalOriginFailure(),
                        from.getConsecutiveLocalOriginFailure(),
                        5));
        return most;
    }

    private static Map<Verdict, Integer> enforcing(OutlierDetection from) {
        var chance = new EnumMap<Verdict, Integer>(Verdict.class);
        chance.put(
                Verdict.CONSECUTIVE_5XX,
                value(from.hasEnforcingConsecutive5Xx(), from.getEnforcingConsecutive5Xx(), 100));
        chance.put(
                Verdict.CONSECUTIVE_GATEWAY_FAILURE,
                from.getEnforcingConsecutiveGatewayFailure().getValue());
        chance.put(
                Verdict.CONSECUTIVE_LOCAL_ORIGIN_FAILURE,
                value(
                        from.hasEnforcingConsecutiveLocalOriginFailure(),
                        from.getEnforcingConsecutiveLocalOriginFailure(),
                        100));
        chance.put(
                Verdict.SUCCESS_RATE,
                value(from.hasEnforcingSuccessRate(), from.getEnforcingSuccessRate(), 100));
        chance.put(
                Verdict.LOCAL_ORIGIN_SUCCESS_RATE,
                value(
                        from.hasEnforcingLocalOriginSuccessRate(),
                        from.getEnforcingLocalOriginSuccessRate(),
                        100));
        chance.put(Verdict.FAILURE_PERCENTAGE, from.getEnforcingFailurePercentage().getValue());
        chance.put(
                Verdict.LOCAL_ORIGIN_FAILURE_PERCENTAGE,
                from.getEnforcingFailurePercentageLocalOrigin().getValue());
        return chance;
    }

    private static int value(boolean set, UInt32Value value, int usual) {
        return !set ? usual : value.getValue() < 0 ? Integer.MAX_VALUE : value.getValue();
    }

    private static Duration duration(
            boolean set, com.google.protobuf.Duration value, long usualMillis) {
        return Duration.ofMillis(set ? Durations.toMillis(value) : usualMillis);
    }

    int most(Verdict verdict) {
        return consecutive.getOrDefault(verdict, 0);
    }
}
