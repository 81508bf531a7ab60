package dev.serin.proxy.http.fault;

import com.google.protobuf.util.Durations;

import dev.serin.proxy.extension.ConfigProblem;
import dev.serin.proxy.http.RequestHead;
import dev.serin.proxy.route.Fraction;
import dev.serin.proxy.route.HeaderMatch;

import io.envoyproxy.envoy.extensions.filters.http.fault.v3.HTTPFault;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;

/// Which requests are delayed and which are failed. Immutable but for the count of those that are
/// delayed now. As Envoy's HTTPFault; its runtime keys have no runtime here, so the values beside
/// them hold.
///
/// @param delay null for none
/// @param abort null for none
/// @param nodes downstream nodes that it concerns; empty for all
/// @param cluster that it concerns; empty for all
/// @param most faults at the same time
record Fault(
        @Nullable Delay delay,
        @Nullable Abort abort,
        List<HeaderMatch> headers,
        Set<String> nodes,
        String cluster,
        int most,
        AtomicInteger active) {
    /// @param byHeader the request says how long, in a header
    record Delay(Fraction share, long millis, boolean byHeader) {
        /// How long this request is to wait; 0 for not at all.
        long millis(RequestHead head) {
            return byHeader ? Math.max(0, number(head, "x-envoy-fault-delay-request", 0)) : millis;
        }

        Fraction share(RequestHead head) {
            return byHeader
                    ? limited(share, head, "x-envoy-fault-delay-request-percentage")
                    : share;
        }
    }

    /// @param grpcStatus -1 for none
    /// @param byHeader the request says with which status, in a header
    record Abort(Fraction share, int status, int grpcStatus, boolean byHeader) {
        Fraction share(RequestHead head) {
            return byHeader
                    ? limited(share, head, "x-envoy-fault-abort-request-percentage")
                    : share;
        }

        /// The abort for this request; null for none.
        @Nullable Abort of(RequestHead head) {
            if (!byHeader) {
                return this;
            }
            var http = number(head, "x-envoy-fault-abort-request", 0);
            if (http >= 200 && http < 600) {
                return new Abort(share, (int) http, -1, false);
            }
            var grpc = number(head, "x-envoy-fault-abort-grpc-request", -1);
            return grpc < 0 ? null : new Abort(share, 200, (int) grpc, false);
        }
    }

    static Fault of(HTTPFault config) throws ConfigProblem {
        if (config.hasResponseRateLimit()) {
            throw new ConfigProblem("response_rate_limit", "is not supported");
        }
        var headers = new ArrayList<HeaderMatch>();
        for (var header : config.getHeadersList()) {
            headers.add(HeaderMatch.of(header));
        }
        return new Fault(
                config.hasDelay() ? delay(config) : null,
                config.hasAbort() ? abort(config) : null,
                List.copyOf(headers),
                Set.copyOf(config.getDownstreamNodesList()),
                config.getUpstreamCluster(),
                config.hasMaxActiveFaults()
                        ? config.getMaxActiveFaults().getValue()
                        : Integer.MAX_VALUE,
                new AtomicInteger());
    }

    private static Delay delay(HTTPFault config) throws ConfigProblem {
        var delay = config.getDelay();
        return switch (delay.getFaultDelaySecifierCase()) {
            case FIXED_DELAY ->
                    new Delay(
                            Fraction.of(delay.getPercentage()),
                            Durations.toMillis(delay.getFixedDelay()),
                            false);
            case HEADER_DELAY -> new Delay(Fraction.of(delay.getPercentage()), 0, true);
            case FAULTDELAYSECIFIER_NOT_SET ->
                    throw new ConfigProblem("delay", "has neither fixed_delay nor header_delay");
        };
    }

    private static Abort abort(HTTPFault config) throws ConfigProblem {
        var abort = config.getAbort();
        var share = Fraction.of(abort.getPercentage());
        return switch (abort.getErrorTypeCase()) {
            case HTTP_STATUS -> new Abort(share, abort.getHttpStatus(), -1, false);
            case GRPC_STATUS -> new Abort(share, 200, abort.getGrpcStatus(), false);
            case HEADER_ABORT -> new Abort(share, 0, -1, true);
            case ERRORTYPE_NOT_SET ->
                    throw new ConfigProblem(
                            "abort", "has neither http_status nor grpc_status nor header_abort");
        };
    }

    boolean concerns(@Nullable String toCluster, RequestHead head) {
        if (!cluster.isEmpty() && !cluster.equals(toCluster)) {
            return false;
        }
        if (!nodes.isEmpty()) {
            var node = head.headers().get("x-envoy-downstream-service-node");
            if (node == null || !nodes.contains(node)) {
                return false;
            }
        }
        for (var header : headers) {
            if (!header.test(head)) {
                return false;
            }
        }
        return true;
    }

    /// The share that a header asks for, which may be less than the configured one, never more.
    private static Fraction limited(Fraction share, RequestHead head, String header) {
        var asked = number(head, header, share.numerator());
        return new Fraction(Math.clamp(asked, 0, share.numerator()), share.denominator());
    }

    private static long number(RequestHead head, String header, long otherwise) {
        var text = head.headers().get(header);
        try {
            return text == null ? otherwise : Long.parseLong(text);
        } catch (NumberFormatException e) {
            return otherwise;
        }
    }
}
