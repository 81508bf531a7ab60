package dev.serin.proxy.route;

import com.google.protobuf.Struct;

import java.util.Map;

/// The routes of some domains. Immutable.
///
/// @param told what requests and responses tell of attempts
/// @param perFilter compiled `typed_per_filter_config`, by the filter's name
/// @param metadata `filter_metadata`
record VirtualHost(
        String name,
        RouteIndex routes,
        Tls tls,
        Told told,
        Map<String, Object> perFilter,
        Map<String, Struct> metadata) {
    /// Who must come by TLS.
    enum Tls {
        NOBODY,
        EXTERNAL,
        EVERYBODY
    }

    /// @param request whether requests tell upstream how often they were tried
    /// @param response whether responses tell the client
    /// @param timeout whether retries tell upstream if it was for a time-out
    record Told(boolean request, boolean response, boolean timeout) {}
}
