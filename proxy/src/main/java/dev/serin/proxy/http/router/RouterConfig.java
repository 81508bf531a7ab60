package dev.serin.proxy.http.router;

import dev.serin.proxy.extension.ConfigProblem;
import dev.serin.proxy.extension.ExtensionConfig;

import io.envoyproxy.envoy.extensions.filters.http.router.v3.Router;

import java.util.List;

/// The router filter as configured. Immutable.
///
/// @param envoyHeaders whether it tells hosts and clients of itself by `x-envoy-` headers
/// @param respectExpected whether a proxy before this one sets the time-out, by
///   `x-envoy-expected-rq-timeout-ms`
/// @param strict headers, in lower case, whose values must be good
/// @param schemeOfHost whether hosts are told the scheme of the connection to them
public record RouterConfig(
        boolean envoyHeaders, boolean respectExpected, List<String> strict, boolean schemeOfHost) {
    public static final RouterConfig USUAL = new RouterConfig(true, false, List.of(), false);

    /// @throws ConfigProblem naming the field that cannot be done
    public static RouterConfig of(ExtensionConfig config, boolean schemeOfHost)
            throws ConfigProblem {
        var router = config.as(Router.parser());
        if (router.getUpstreamLogCount() > 0 || router.getUpstreamHttpFiltersCount() > 0) {
            throw new ConfigProblem(
                    "router", "upstream_log and upstream_http_filters are not supported");
        }
        return new RouterConfig(
                !router.getSuppressEnvoyHeaders(),
                router.getRespectExpectedRqTimeout(),
                List.copyOf(router.getStrictCheckHeadersList()),
                schemeOfHost);
    }
}
