package dev.serin.proxy.upstream.outlier;

import dev.serin.proxy.upstream.ClusterEvent;

/// Why a host is an outlier, with the counters of that.
public enum Verdict {
    CONSECUTIVE_5XX(
            ClusterEvent.OUTLIER_DETECTED_CONSECUTIVE_5XX,
            ClusterEvent.OUTLIER_ENFORCED_CONSECUTIVE_5XX),
    CONSECUTIVE_GATEWAY_FAILURE(
            ClusterEvent.OUTLIER_DETECTED_CONSECUTIVE_GATEWAY_FAILURE,
            ClusterEvent.OUTLIER_ENFORCED_CONSECUTIVE_GATEWAY_FAILURE),
    CONSECUTIVE_LOCAL_ORIGIN_FAILURE(
            ClusterEvent.OUTLIER_DETECTED_CONSECUTIVE_LOCAL_ORIGIN_FAILURE,
            ClusterEvent.OUTLIER_ENFORCED_CONSECUTIVE_LOCAL_ORIGIN_FAILURE),
    SUCCESS_RATE(
            ClusterEvent.OUTLIER_DETECTED_SUCCESS_RATE, ClusterEvent.OUTLIER_ENFORCED_SUCCESS_RATE),
    LOCAL_ORIGIN_SUCCESS_RATE(
            ClusterEvent.OUTLIER_DETECTED_LOCAL_ORIGIN_SUCCESS_RATE,
            ClusterEvent.OUTLIER_ENFORCED_LOCAL_ORIGIN_SUCCESS_RATE),
    FAILURE_PERCENTAGE(
            ClusterEvent.OUTLIER_DETECTED_FAILURE_PERCENTAGE,
            ClusterEvent.OUTLIER_ENFORCED_FAILURE_PERCENTAGE),
    LOCAL_ORIGIN_FAILURE_PERCENTAGE(
            ClusterEvent.OUTLIER_DETECTED_LOCAL_ORIGIN_FAILURE_PERCENTAGE,
            ClusterEvent.OUTLIER_ENFORCED_LOCAL_ORIGIN_FAILURE_PERCENTAGE);

    private final ClusterEvent detected;
    private final ClusterEvent enforced;

    Verdict(ClusterEvent detected, ClusterEvent enforced) {
        this.detected = detected;
        this.enforced = enforced;
    }

    ClusterEvent detected() {
        return detected;
    }

    ClusterEvent enforced() {
        return enforced;
    }
}
