package dev.serin.proxy.route;

import dev.serin.proxy.route.RouteAction.Changes;
import dev.serin.proxy.stream.RouteUse;

import io.envoyproxy.envoy.config.route.v3.Decorator;
import io.envoyproxy.envoy.config.route.v3.Tracing;

import org.jspecify.annotations.Nullable;

import java.util.Map;

/// One route of a virtual host: which requests, and what happens to them. Immutable.
///
/// @param changes of headers, those of the levels above included
/// @param use as logs see it
/// @param traced null if it says nothing of traces
/// @param perFilter compiled `typed_per_filter_config`, by the filter's name
record Route(
        String name,
        RequestMatch match,
        RouteAction action,
        Changes changes,
        RouteUse use,
        @Nullable Traced traced,
        Map<String, Object> perFilter) {
    /// What a route says of the spans of its requests.
    record Traced(@Nullable Decorator decorator, @Nullable Tracing tracing) {}
}
