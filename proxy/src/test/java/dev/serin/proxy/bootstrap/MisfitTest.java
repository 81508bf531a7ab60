package dev.serin.proxy.bootstrap;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.serin.base.ProblemException;

import org.junit.jupiter.api.Test;

/// What a stranger reads whose bootstrap does not fit.
class MisfitTest {
    private static void says(String yaml, String... parts) {
        var text =
                assertThrows(ProblemException.class, () -> FileBootstrap.read("mine.yaml", yaml))
                        .getMessage();
        for (var part : parts) {
            assertTrue(String.valueOf(text).contains(part), text);
        }
    }

    @Test
    void anUnknownTypeIsNamedWithItsPlaceAndAWayOut() {
        says(
                "static_resources: {listeners: [{filter_chains: [{filters: [{name: redis,"
                    + " typed_config: {\"@type\":"
                    + " type.googleapis.com/envoy.extensions.filters.network.redis_proxy.v3.RedisProxy}}]}]}]}",
                "mine.yaml: static_resources.listeners[0].filter_chains[0].filters[0].typed_config",
                "redis_proxy.v3.RedisProxy is not known",
                "take it out");
        says(
                "static_resources: {listeners: [{filter_chains: [{filters: [{typed_config:"
                    + " {\"@type\":"
                    + " type.googleapis.com/envoy.config.filter.network.tcp_proxy.v2.TcpProxy}}]}]}]}",
                "its successor in v3");
    }

    @Test
    void anUnknownFieldOrWordIsNamedWithItsPlace() {
        says(
                "static_resources: {clusters: [{name: a}, {name: b, tiemout: 5s}]}",
                "mine.yaml: static_resources.clusters[1].tiemout: there is no such field",
                "misspelled");
        says(
                "static_resources: {clusters: [{name: a, type: STATIC}, {nmae: b}], cluster: []}",
                "static_resources.clusters[1].nmae: there is no such field",
                "did you mean 'name'?",
                "static_resources.cluster: there",
                "did you mean 'clusters'?");
        says(
                "static_resources: {clusters: [{name: 12}]}",
                "mine.yaml: static_resources.clusters[0].name: is 12 without quotes",
                "write \"12\"");
        says(
                "static_resources: {clusters: [{name: a, connect_timeout: 250ms}]}",
                "mine.yaml: static_resources.clusters[0].connect_timeout: '250ms' is no duration");
        says(
                "static_resources: {clusters: [{name: b, type: strictly_dns}]}",
                "mine.yaml: static_resources.clusters[0].type: is 'strictly_dns'",
                "STRICT_DNS",
                "did you mean STRICT_DNS?");
    }

    @Test
    void aValueOfAnotherKindIsNamedWithItsPlace() {
        says(
                "static_resources: {clusters: [{name: a, per_connection_buffer_limit_bytes: much,"
                        + " circuit_breakers: {thresholds: [{max_requests: -1}]}, respect_dns_ttl:"
                        + " perhaps, eds_cluster_config: far}, {name: [b]}]}",
                "clusters[0].per_connection_buffer_limit_bytes: is 'much'; expected: a whole",
                "thresholds[0].max_requests: is -1; expected: a whole number from 0 to 4294967295",
                "clusters[0].respect_dns_ttl: is 'perhaps'; expected: true or false",
                "clusters[0].eds_cluster_config: is 'far'; expected: an object",
                "clusters[1].name: is a list; expected: one value");
        says(
                "static_resources: {clusters: [{name: a, respect_dns_ttl: 1}]}",
                "clusters[0].respect_dns_ttl: is 1; expected: true or false");
    }

    @Test
    void whatShutsOutEachOtherIsNamed() {
        says(
                "static_resources: {clusters: [{name: a, type: STATIC, cluster_type: {name: x}}]}",
                "clusters[0].cluster_type: is set beside type; expected: one of the two");
    }
}
