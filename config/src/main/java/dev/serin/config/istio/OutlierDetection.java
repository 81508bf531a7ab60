package dev.serin.config.istio;

import dev.serin.config.codec.Cursor;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.List;

/// When a failing host is left out for a while. Null parts are not written and have Istio's
/// defaults: 5 consecutive 5xx, every 10 s, out for 30 s, at most 10 %.
public record OutlierDetection(
        @Nullable Integer consecutive5xxErrors,
        @Nullable Integer consecutiveGatewayErrors,
        boolean splitExternalLocalOriginErrors,
        @Nullable Integer consecutiveLocalOriginFailures,
        @Nullable Duration interval,
        @Nullable Duration baseEjectionTime,
        @Nullable Integer maxEjectionPercent,
        @Nullable Integer minHealthPercent,
        List<String> httpErrorCodes) {
    static OutlierDetection from(Cursor outlier) {
        var gateway = outlier.integer("consecutiveGatewayErrors");
        return new OutlierDetection(
                outlier.integer("consecutive5xxErrors"),
                gateway != null ? gateway : outlier.integer("consecutiveErrors"),
                outlier.bool("splitExternalLocalOriginErrors", false),
                outlier.integer("consecutiveLocalOriginFailures"),
                outlier.duration("interval"),
                outlier.duration("baseEjectionTime"),
                outlier.integer("maxEjectionPercent"),
                outlier.integer("minHealthPercent"),
                outlier.list("outlierDetectionHttpErrorCodes", c -> c.node().asString("")));
    }
}
