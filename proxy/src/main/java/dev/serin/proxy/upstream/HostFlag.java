package dev.serin.proxy.upstream;

import java.util.Locale;

/// Why a host is not, or not wholly, healthy. As Envoy's health flags; the names are those that
/// `/clusters` shows.
public enum HostFlag {
    FAILED_ACTIVE_HC,
    FAILED_OUTLIER_CHECK,
    FAILED_EDS_HEALTH,
    DEGRADED_ACTIVE_HC,
    DEGRADED_EDS_HEALTH,
    PENDING_DYNAMIC_REMOVAL,
    PENDING_ACTIVE_HC,
    EXCLUDED_VIA_IMMEDIATE_HC_FAIL,
    ACTIVE_HC_TIMEOUT,
    EDS_STATUS_DRAINING;

    static final int UNHEALTHY =
            FAILED_ACTIVE_HC.bit()
                    | FAILED_OUTLIER_CHECK.bit()
                    | FAILED_EDS_HEALTH.bit()
                    | EDS_STATUS_DRAINING.bit();
    static final int DEGRADED = DEGRADED_ACTIVE_HC.bit() | DEGRADED_EDS_HEALTH.bit();
    static final int EXCLUDED =
            PENDING_ACTIVE_HC.bit()
                    | EXCLUDED_VIA_IMMEDIATE_HC_FAIL.bit()
                    | EDS_STATUS_DRAINING.bit();

    @SuppressWarnings("EnumOrdinal") // never stored or sent
    int bit() {
        return 1 << ordinal();
    }

    static String shown(int set) {
        var text = new StringBuilder();
        for (var flag : values()) {
            if ((set & flag.bit()) != 0) {
                text.append('/').append(flag.name().toLowerCase(Locale.ROOT));
            }
        }
        return text.isEmpty() ? "healthy" : text.toString();
    }
}
