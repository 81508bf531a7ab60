package dev.serin.proxy.http.fault;

import com.google.protobuf.util.Durations;

import dev.serin.proxy.extension.ConfigProblem;
import dev.serin.proxy.route.Fraction;
import dev.serin.proxy.route.HeaderMatch;

import io.envoyproxy.envoy.extensions.filters.http.fault.v3.HTTPFault;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/// Which requests are delayed and which are failed. Immutable.
///
/// @param delayed null for none
/// @param aborted null for none
record Fault(
        @Nullable Fraction delayed,
        long delayMillis,
        @Nullable Fraction aborted,
        int status,
        List<HeaderMatch> headers,
        String cluster) {
    static Fault of(HTTPFault config) throws ConfigProblem {
        var delay = config.getDelay();
        if (delay.hasHeaderDelay()) {
            throw new ConfigProblem("delay.header_delay", "is not supported yet");
        }
        var abort = config.getAbort();
        if (abort.hasHeaderAbort() || abort.hasGrpcStatus()) {
            throw new ConfigProblem("abort", "header_abort and grpc_status are not supported yet");
        }
        if (config.hasResponseRateLimit() || config.getDownstreamNodesCount() > 0) {
            throw new ConfigProblem(
                    "response_rate_limit", "and downstream_nodes are not supported yet");
        }
        var headers = new ArrayList<HeaderMatch>();
        for (var header : config.getHeadersList()) {
            headers.add(HeaderMatch.of(header));
        }
        return new Fault(
                config.hasDelay() ? Fraction.of(delay.getPercentage()) : null,
                Durations.toMillis(delay.getFixedDelay()),
                config.hasAbort() ? Fraction.of(abort.getPercentage()) : null,
                abort.getHttpStatus(),
                List.copyOf(headers),
                config.getUpstreamCluster());
    }
}
