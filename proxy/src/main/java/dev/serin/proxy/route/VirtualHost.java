package dev.serin.proxy.route;

import java.util.List;
import java.util.Map;

/// The routes of some domains. Immutable.
///
/// @param attemptCount whether requests tell upstream how often they were tried
/// @param perFilter compiled `typed_per_filter_config`, by the filter's name
record VirtualHost(
        String name,
        List<Route> routes,
        HeaderChanges requestChanges,
        HeaderChanges responseChanges,
        boolean attemptCount,
        Map<String, Object> perFilter) {}
