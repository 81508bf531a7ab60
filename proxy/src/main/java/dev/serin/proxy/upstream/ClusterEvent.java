package dev.serin.proxy.upstream;

import java.util.Locale;

/// What is counted of a cluster. Each is Envoy's counter of that name under `cluster.<name>.`.
public enum ClusterEvent {
    UPSTREAM_CX_TOTAL,
    UPSTREAM_CX_HTTP1_TOTAL,
    UPSTREAM_CX_HTTP2_TOTAL,
    UPSTREAM_CX_CONNECT_FAIL,
    UPSTREAM_CX_CONNECT_TIMEOUT,
    UPSTREAM_CX_CONNECT_ATTEMPTS_EXCEEDED,
    UPSTREAM_CX_OVERFLOW,
    UPSTREAM_CX_POOL_OVERFLOW,
    UPSTREAM_CX_IDLE_TIMEOUT,
    UPSTREAM_CX_MAX_DURATION_REACHED,
    UPSTREAM_CX_MAX_REQUESTS,
    UPSTREAM_CX_NONE_HEALTHY,
    UPSTREAM_CX_DESTROY,
    UPSTREAM_CX_DESTROY_LOCAL,
    UPSTREAM_CX_DESTROY_REMOTE,
    UPSTREAM_CX_DESTROY_WITH_ACTIVE_RQ,
    UPSTREAM_CX_DESTROY_LOCAL_WITH_ACTIVE_RQ,
    UPSTREAM_CX_DESTROY_REMOTE_WITH_ACTIVE_RQ,
    UPSTREAM_CX_CLOSE_NOTIFY,
    UPSTREAM_CX_PROTOCOL_ERROR,
    UPSTREAM_CX_RX_BYTES_TOTAL,
    UPSTREAM_CX_TX_BYTES_TOTAL,
    UPSTREAM_RQ_TOTAL,
    UPSTREAM_RQ_COMPLETED,
    UPSTREAM_RQ_ACTIVE_OVERFLOW,
    UPSTREAM_RQ_PENDING_TOTAL,
    UPSTREAM_RQ_PENDING_OVERFLOW,
    UPSTREAM_RQ_PENDING_FAILURE_EJECT,
    UPSTREAM_RQ_CANCELLED,
    UPSTREAM_RQ_MAINTENANCE_MODE,
    UPSTREAM_RQ_TIMEOUT,
    UPSTREAM_RQ_MAX_DURATION_REACHED,
    UPSTREAM_RQ_PER_TRY_TIMEOUT,
    UPSTREAM_RQ_PER_TRY_IDLE_TIMEOUT,
    UPSTREAM_RQ_RX_RESET,
    UPSTREAM_RQ_TX_RESET,
    UPSTREAM_RQ_RETRY,
    UPSTREAM_RQ_RETRY_BACKOFF_EXPONENTIAL,
    UPSTREAM_RQ_RETRY_BACKOFF_RATELIMITED,
    UPSTREAM_RQ_RETRY_LIMIT_EXCEEDED,
    UPSTREAM_RQ_RETRY_SUCCESS,
    UPSTREAM_RQ_RETRY_OVERFLOW,
    UPSTREAM_RQ_DROP_OVERLOAD,
    UPSTREAM_FLOW_CONTROL_PAUSED_READING_TOTAL,
    UPSTREAM_FLOW_CONTROL_RESUMED_READING_TOTAL,
    UPSTREAM_FLOW_CONTROL_BACKED_UP_TOTAL,
    UPSTREAM_FLOW_CONTROL_DRAINED_TOTAL,
    UPSTREAM_INTERNAL_REDIRECT_SUCCEEDED_TOTAL,
    UPSTREAM_INTERNAL_REDIRECT_FAILED_TOTAL,
    ORIGINAL_DST_HOST_INVALID,
    BIND_ERRORS,
    ASSIGNMENT_STALE,
    ASSIGNMENT_TIMEOUT_RECEIVED,
    MEMBERSHIP_CHANGE,
    RETRY_OR_SHADOW_ABANDONED,
    UPDATE_ATTEMPT,
    UPDATE_SUCCESS,
    UPDATE_FAILURE,
    UPDATE_EMPTY,
    UPDATE_NO_REBUILD,
    LB_HEALTHY_PANIC,
    LB_ZONE_CLUSTER_TOO_SMALL,
    LB_ZONE_ROUTING_ALL_DIRECTLY,
    LB_ZONE_ROUTING_SAMPLED,
    LB_ZONE_ROUTING_CROSS_ZONE,
    LB_ZONE_NO_CAPACITY_LEFT,
    LB_LOCAL_CLUSTER_NOT_OK,
    LB_RECALCULATE_ZONE_STRUCTURES,
    LB_SUBSETS_CREATED,
    LB_SUBSETS_REMOVED,
    LB_SUBSETS_SELECTED,
    LB_SUBSETS_FALLBACK,
    LB_SUBSETS_FALLBACK_PANIC,
    HEALTH_CHECK_ATTEMPT("health_check.attempt"),
    HEALTH_CHECK_SUCCESS("health_check.success"),
    HEALTH_CHECK_FAILURE("health_check.failure"),
    HEALTH_CHECK_PASSIVE_FAILURE("health_check.passive_failure"),
    HEALTH_CHECK_NETWORK_FAILURE("health_check.network_failure"),
    HEALTH_CHECK_VERIFY_CLUSTER("health_check.verify_cluster"),
    OUTLIER_EJECTIONS_ENFORCED_TOTAL("outlier_detection.ejections_enforced_total"),
    OUTLIER_EJECTIONS_OVERFLOW("outlier_detection.ejections_overflow"),
    OUTLIER_DETECTED_CONSECUTIVE_5XX("outlier_detection.ejections_detected_consecutive_5xx"),
    OUTLIER_ENFORCED_CONSECUTIVE_5XX("outlier_detection.ejections_enforced_consecutive_5xx"),
    OUTLIER_DETECTED_SUCCESS_RATE("outlier_detection.ejections_detected_success_rate"),
    OUTLIER_ENFORCED_SUCCESS_RATE("outlier_detection.ejections_enforced_success_rate"),
    OUTLIER_DETECTED_CONSECUTIVE_GATEWAY_FAILURE(
            "outlier_detection.ejections_detected_consecutive_gateway_failure"),
    OUTLIER_ENFORCED_CONSECUTIVE_GATEWAY_FAILURE(
            "outlier_detection.ejections_enforced_consecutive_gateway_failure"),
    OUTLIER_DETECTED_CONSECUTIVE_LOCAL_ORIGIN_FAILURE(
            "outlier_detection.ejections_detected_consecutive_local_origin_failure"),
    OUTLIER_ENFORCED_CONSECUTIVE_LOCAL_ORIGIN_FAILURE(
            "outlier_detection.ejections_enforced_consecutive_local_origin_failure"),
    OUTLIER_DETECTED_LOCAL_ORIGIN_SUCCESS_RATE(
            "outlier_detection.ejections_detected_local_origin_success_rate"),
    OUTLIER_ENFORCED_LOCAL_ORIGIN_SUCCESS_RATE(
            "outlier_detection.ejections_enforced_local_origin_success_rate"),
    OUTLIER_DETECTED_FAILURE_PERCENTAGE("outlier_detection.ejections_detected_failure_percentage"),
    OUTLIER_ENFORCED_FAILURE_PERCENTAGE("outlier_detection.ejections_enforced_failure_percentage"),
    OUTLIER_DETECTED_LOCAL_ORIGIN_FAILURE_PERCENTAGE(
            "outlier_detection.ejections_detected_local_origin_failure_percentage"),
    OUTLIER_ENFORCED_LOCAL_ORIGIN_FAILURE_PERCENTAGE(
            "outlier_detection.ejections_enforced_local_origin_failure_percentage");

    private final String shown;

    ClusterEvent() {
        this.shown = name().toLowerCase(Locale.ROOT);
    }

    ClusterEvent(String shown) {
        this.shown = shown;
    }

    /// Envoy's name for it, without the cluster.
    public String shown() {
        return shown;
    }
}
