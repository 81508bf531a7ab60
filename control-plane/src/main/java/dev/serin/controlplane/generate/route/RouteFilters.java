package dev.serin.controlplane.generate.route;

import dev.serin.config.istio.Fault;
import dev.serin.config.istio.HttpRoute;
import dev.serin.config.istio.StringMatch;
import dev.serin.controlplane.generate.Protos;

import io.envoyproxy.envoy.config.core.v3.RuntimeFractionalPercent;
import io.envoyproxy.envoy.config.route.v3.Route;
import io.envoyproxy.envoy.extensions.filters.common.fault.v3.FaultDelay;
import io.envoyproxy.envoy.extensions.filters.http.cors.v3.CorsPolicy;
import io.envoyproxy.envoy.extensions.filters.http.fault.v3.FaultAbort;
import io.envoyproxy.envoy.extensions.filters.http.fault.v3.HTTPFault;

/// What a rule says to filters: faults and cross-origin requests.
final class RouteFilters {
    private static final String FAULT = "envoy.filters.http.fault";
    private static final String CORS = "envoy.filters.http.cors";

    private RouteFilters() {}

    static void apply(HttpRoute rule, Route.Builder route) {
        if (rule.fault() != null) {
            route.putTypedPerFilterConfig(FAULT, Protos.any(fault(rule.fault())));
        }
        if (rule.cors() != null) {
            route.putTypedPerFilterConfig(CORS, Protos.any(cors(rule.cors())));
        }
    }

    private static HTTPFault fault(Fault written) {
        var fault = HTTPFault.newBuilder();
        var delay = written.delay();
        if (delay != null && delay.fixed() != null) {
            fault.setDelay(
                    FaultDelay.newBuilder()
                            .setFixedDelay(Protos.duration(delay.fixed()))
                            .setPercentage(Actions.percent(delay.percent())));
        }
        var abort = written.abort();
        if (abort != null) {
            var made = FaultAbort.newBuilder().setPercentage(Actions.percent(abort.percent()));
            switch (abort.status()) {
                case Fault.AbortStatus.Http http -> made.setHttpStatus(http.code());
                case Fault.AbortStatus.Grpc grpc -> made.setGrpcStatus(code(grpc.name()));
                case Fault.AbortStatus.Http2 _ -> made.setHttpStatus(500);
            }
            fault.setAbort(made);
        }
        return fault.build();
    }

    private static int code(String grpcStatus) {
        for (var code : io.grpc.Status.Code.values()) {
            if (code.name().equals(grpcStatus)) {
                return code.value();
            }
        }
        return io.grpc.Status.Code.UNKNOWN.value();
    }

    private static CorsPolicy cors(HttpRoute.Cors written) {
        var cors =
                CorsPolicy.newBuilder()
                        .setFilterEnabled(
                                RuntimeFractionalPercent.newBuilder()
                                        .setDefaultValue(Actions.percent(100)))
                        .setAllowMethods(String.join(",", written.allowMethods()))
                        .setAllowHeaders(String.join(",", written.allowHeaders()))
                        .setExposeHeaders(String.join(",", written.exposeHeaders()));
        for (var origin : written.allowOrigins()) {
            var any = origin instanceof StringMatch.Exact exact && exact.value().equals("*");
            cors.addAllowOriginStringMatch(
                    Matches.string(any ? new StringMatch.Regex(".*") : origin));
        }
        if (written.maxAge() != null) {
            cors.setMaxAge(Long.toString(written.maxAge().toSeconds()));
        }
        if (written.allowCredentials() != null) {
            cors.setAllowCredentials(com.google.protobuf.BoolValue.of(written.allowCredentials()));
        }
        switch (written.unmatchedPreflights()) {
            case UNSPECIFIED -> {}
            case FORWARD -> cors.setForwardNotMatchingPreflights(Protos.yes());
            case IGNORE -> cors.setForwardNotMatchingPreflights(Protos.no());
        }
        return cors.build();
    }
}
