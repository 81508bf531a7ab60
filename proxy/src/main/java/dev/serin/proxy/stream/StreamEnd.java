package dev.serin.proxy.stream;

import dev.serin.proxy.http.RequestHead;
import dev.serin.proxy.http.ResponseHead;

import org.jspecify.annotations.Nullable;

/// Everything there is to tell about one HTTP stream when it is over. Every stream ends in exactly
/// one. Observers read it during the call and do not keep it: heads and slots belong to the
/// stream's event loop.
///
/// @param request as it was sent upstream; what the route rewrote is kept in
///   `x-envoy-original-path`
/// @param response as it was sent to the client; null if nothing was
/// @param status 0 if no response was sent
/// @param flags a set of [ResponseFlag]
/// @param details as `%RESPONSE_CODE_DETAILS%`, for instance `via_upstream`
/// @param connectionDetails as `%CONNECTION_TERMINATION_DETAILS%`
/// @param upstream null if the stream never got as far as a cluster
/// @param route null if there was none
/// @param responseTrailers null if there were none
public record StreamEnd(
        Downstream downstream,
        RequestHead request,
        @Nullable ResponseHead response,
        dev.serin.proxy.http.@Nullable Headers responseTrailers,
        int status,
        long flags,
        String details,
        @Nullable String connectionDetails,
        Traffic traffic,
        Timing timing,
        @Nullable UpstreamUse upstream,
        @Nullable RouteUse route,
        Slots slots) {
    /// The same stream, about to be answered with `head`.
    public StreamEnd answered(ResponseHead head, String how) {
        return new StreamEnd(
                downstream,
                request,
                head,
                responseTrailers,
                head.status(),
                flags,
                how,
                connectionDetails,
                traffic,
                timing,
                upstream,
                route,
                slots);
    }

    /// The name of the route; null if there was no route, empty if it has no name.
    public @Nullable String routeName() {
        return route == null ? null : route.name();
    }

    public boolean has(ResponseFlag flag) {
        return (flags & flag.bit()) != 0;
    }
}
