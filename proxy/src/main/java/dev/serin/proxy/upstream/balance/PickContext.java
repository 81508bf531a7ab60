package dev.serin.proxy.upstream.balance;

import dev.serin.proxy.http.RequestHead;
import dev.serin.proxy.stream.Downstream;
import dev.serin.proxy.upstream.Host;

import org.jspecify.annotations.Nullable;

import java.util.OptionalLong;

/// What is known of a request or TCP connection that wants a host. Asked only for what the
/// cluster's policy looks at, so an answer may be computed when it is asked for. The stream's event
/// loop only. As Envoy's load balancer context.
public interface PickContext {
    /// The present, by [dev.serin.base.time.Ticker#nanos()].
    long nanos();

    /// The index of the worker that asks.
    int worker();

    Downstream downstream();

    /// Null for TCP.
    default @Nullable RequestHead request() {
        return null;
    }

    /// By the route's or TCP proxy's hash policy; empty if there is none or it finds nothing.
    default OptionalLong hash() {
        return OptionalLong.empty();
    }

    /// What the endpoint's metadata under `envoy.lb` must hold, as the route, its weighted cluster
    /// and filters ask together.
    default MetadataMatch metadataMatch() {
        return MetadataMatch.NONE;
    }

    /// Whether a retry would rather have another host, by `retry_host_predicate`.
    default boolean avoids(Host host) {
        return false;
    }

    /// How often a pick is repeated for a host that is not avoided:
    /// `host_selection_retry_max_attempts`.
    default int repicks() {
        return 1;
    }

    /// Priorities that were tried, a bit each, which `retry_priority` leaves out; 0 for none. When
    /// no other priority is available they are used again.
    default int triedPriorities() {
        return 0;
    }

    /// The priority that was chosen already, with a bit above it if its degraded hosts are meant;
    /// negative if it was not.
    default int forcedPriority() {
        return -1;
    }

    /// The address `ip:port` of a host that is wanted above all, by a filter or session cookie.
    default @Nullable String overrideHost() {
        return null;
    }

    /// Whether no other host will do if [#overrideHost()] is not usable.
    default boolean overrideStrict() {
        return false;
    }
}
