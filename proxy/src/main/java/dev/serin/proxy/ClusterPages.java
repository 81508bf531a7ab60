package dev.serin.proxy;

import com.google.protobuf.UInt32Value;

import dev.serin.proxy.upstream.Breakers;
import dev.serin.proxy.upstream.Host;
import dev.serin.proxy.upstream.HostFlag;
import dev.serin.proxy.upstream.LiveCluster;

import io.envoyproxy.envoy.admin.v3.ClusterStatus;
import io.envoyproxy.envoy.admin.v3.Clusters;
import io.envoyproxy.envoy.admin.v3.HostHealthStatus;
import io.envoyproxy.envoy.admin.v3.HostStatus;
import io.envoyproxy.envoy.admin.v3.SimpleMetric;
import io.envoyproxy.envoy.config.cluster.v3.CircuitBreakers;
import io.envoyproxy.envoy.config.core.v3.Address;
import io.envoyproxy.envoy.config.core.v3.HealthStatus;
import io.envoyproxy.envoy.config.core.v3.Locality;
import io.envoyproxy.envoy.config.core.v3.Pipe;
import io.envoyproxy.envoy.config.core.v3.RoutingPriority;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/// `/clusters`, as text and as JSON. What Envoy shows of single hosts and this proxy does not
/// measure there reads as if nothing had happened: pending requests, success rates.
final class ClusterPages {
    private ClusterPages() {}

    // ---- text

    /// @param discovered whether a cluster of this name came by discovery
    static String text(List<LiveCluster> clusters, Predicate<String> discovered) {
        var text = new StringBuilder();
        for (var cluster : clusters) {
            var name = cluster.name() + "::";
            line(text, name, "observability_name", cluster.config().statName());
            if (cluster.config().outlier() != null) {
                for (var rate : List.of("success_rate", "local_origin_success_rate")) {
                    line(text, name, "outlier::" + rate + "_average", -1);
                    line(text, name, "outlier::" + rate + "_ejection_threshold", -1);
                }
            }
            limits(text, name + "default_priority::", cluster.breakers(false).limits());
            limits(text, name + "high_priority::", cluster.breakers(true).limits());
            line(text, name, "added_via_api", discovered.test(cluster.name()));
            for (var host : cluster.hosts()) {
                host(text, name + host.shownAddress() + "::", host);
            }
        }
        return text.toString();
    }

    private static void limits(StringBuilder text, String name, Breakers.Limits limits) {
        line(text, name, "max_connections", Integer.toUnsignedLong(limits.connections()));
        line(text, name, "max_pending_requests", Integer.toUnsignedLong(limits.pending()));
        line(text, name, "max_requests", Integer.toUnsignedLong(limits.requests()));
        line(text, name, "max_retries", Integer.toUnsignedLong(limits.retries()));
    }

    private static void host(StringBuilder text, String name, Host host) {
        stats(host).forEach((stat, value) -> line(text, name, stat, value));
        line(text, name, "hostname", host.hostname());
        line(text, name, "health_flags", host.shownFlags());
        line(text, name, "weight", host.weight());
        line(text, name, "region", host.place().region());
        line(text, name, "zone", host.place().zone());
        line(text, name, "sub_zone", host.place().subZone());
        line(text, name, "canary", canary(host));
        line(text, name, "priority", host.priority());
        line(text, name, "success_rate", -1);
        line(text, name, "local_origin_success_rate", -1);
    }

    private static boolean canary(Host host) {
        var metadata = host.metadata().get("envoy.lb");
        var canary = metadata == null ? null : metadata.getFieldsMap().get("canary");
        return canary != null && canary.getBoolValue();
    }

    private static void line(StringBuilder text, String name, String fact, Object value) {
        text.append(name).append(fact).append("::").append(value).append('\n');
    }

    /// In the order of their names, as Envoy's.
    private static Map<String, Long> stats(Host host) {
        var stats = new LinkedHashMap<String, Long>();
        stats.put("cx_active", (long) host.connections().used());
        stats.put("cx_connect_fail", host.connectFailures());
        stats.put("cx_total", host.connectionsMade());
        stats.put("rq_active", (long) host.active());
        stats.put("rq_error", host.errors());
        stats.put("rq_pending_active", 0L);
        stats.put("rq_success", host.answers());
        stats.put("rq_timeout", host.timeouts());
        stats.put("rq_total", host.requests());
        return stats;
    }

    // ---- JSON

    static String json(List<LiveCluster> clusters, Predicate<String> discovered) {
        var all = Clusters.newBuilder();
        clusters.forEach(c -> all.addClusterStatuses(status(c, discovered.test(c.name()))));
        return ListenerPages.print(all.build());
    }

    private static ClusterStatus status(LiveCluster cluster, boolean discovered) {
        var config = cluster.config();
        var status =
                ClusterStatus.newBuilder()
                        .setName(cluster.name())
                        .setAddedViaApi(discovered)
                        .setObservabilityName(config.statName())
                        .setEdsServiceName(
                                config.edsName().equals(cluster.name()) ? "" : config.edsName())
                        .setCircuitBreakers(
                                CircuitBreakers.newBuilder()
                                        .addThresholds(thresholds(cluster, false))
                                        .addThresholds(thresholds(cluster, true)));
        cluster.hosts().forEach(host -> status.addHostStatuses(status(host)));
        return status.build();
    }

    private static CircuitBreakers.Thresholds thresholds(LiveCluster cluster, boolean high) {
        var limits = cluster.breakers(high).limits();
        return CircuitBreakers.Thresholds.newBuilder()
                .setPriority(high ? RoutingPriority.HIGH : RoutingPriority.DEFAULT)
                .setMaxConnections(UInt32Value.of(limits.connections()))
                .setMaxPendingRequests(UInt32Value.of(limits.pending()))
                .setMaxRequests(UInt32Value.of(limits.requests()))
                .setMaxRetries(UInt32Value.of(limits.retries()))
                .build();
    }

    private static HostStatus status(Host host) {
        var status =
                HostStatus.newBuilder()
                        .setAddress(
                                host.address().isUnresolved()
                                        ? Address.newBuilder()
                                                .setPipe(
                                                        Pipe.newBuilder()
                                                                .setPath(host.shownAddress()))
                                                .build()
                                        : ListenerPages.address(host.address()))
                        .setHealthStatus(health(host))
                        .setWeight(host.weight())
                        .setHostname(host.hostname())
                        .setPriority(host.priority())
                        .setLocality(
                                Locality.newBuilder()
                                        .setRegion(host.place().region())
                                        .setZone(host.place().zone())
                                        .setSubZone(host.place().subZone()));
        stats(host)
                .forEach((name, value) ->
                        status.addStats(
                                SimpleMetric.newBuilder()
                                        .setName(name)
                                        .setValue(value)
                                        .setType(
                                                name.endsWith("_active")
                                                        ? SimpleMetric.Type.GAUGE
                                                        : SimpleMetric.Type.COUNTER)));
        return status.build();
    }

    private static HostHealthStatus health(Host host) {
        return HostHealthStatus.newBuilder()
                .setFailedActiveHealthCheck(host.has(HostFlag.FAILED_ACTIVE_HC))
                .setFailedOutlierCheck(host.has(HostFlag.FAILED_OUTLIER_CHECK))
                .setFailedActiveDegradedCheck(host.has(HostFlag.DEGRADED_ACTIVE_HC))
                .setPendingDynamicRemoval(host.has(HostFlag.PENDING_DYNAMIC_REMOVAL))
                .setPendingActiveHc(host.has(HostFlag.PENDING_ACTIVE_HC))
                .setExcludedViaImmediateHcFail(host.has(HostFlag.EXCLUDED_VIA_IMMEDIATE_HC_FAIL))
                .setActiveHcTimeout(host.has(HostFlag.ACTIVE_HC_TIMEOUT))
                .setEdsHealthStatus(
                        host.has(HostFlag.EDS_STATUS_DRAINING)
                                ? HealthStatus.DRAINING
                                : host.has(HostFlag.FAILED_EDS_HEALTH)
                                        ? HealthStatus.UNHEALTHY
                                        : host.has(HostFlag.DEGRADED_EDS_HEALTH)
                                                ? HealthStatus.DEGRADED
                                                : HealthStatus.HEALTHY)
                .build();
    }
}
