package dev.serin.proxy.upstream;

import dev.serin.proxy.extension.ConfigProblem;
import dev.serin.proxy.upstream.ClusterConfig.Discovery;

import io.envoyproxy.envoy.config.cluster.v3.Cluster;

/// What Envoy refuses of a cluster though each part of it is good: the parts do not go together.
/// Pure.
final class ClusterRules {
    private ClusterRules() {}

    /// @param own whether the cluster's type brings a choice of hosts of its own
    /// @throws ConfigProblem naming the field that cannot be done
    static void check(Cluster cluster, Discovery discovery, HttpUpstream http, boolean own)
            throws ConfigProblem {
        var eds = discovery == Discovery.EDS;
        if (eds && !cluster.getEdsClusterConfig().hasEdsConfig()) {
            throw new ConfigProblem(
                    "eds_cluster_config.eds_config",
                    "is not set, but a cluster of type EDS needs it");
        }
        if (!eds && cluster.hasEdsClusterConfig()) {
            throw new ConfigProblem(
                    "eds_cluster_config", "is set, but the cluster's type is not EDS");
        }
        if (cluster.getLbPolicy() == Cluster.LbPolicy.CLUSTER_PROVIDED
                && !own
                && !cluster.hasLoadBalancingPolicy()
                && discovery != Discovery.ORIGINAL_DST) {
            throw new ConfigProblem(
                    "lb_policy", "is CLUSTER_PROVIDED, but this type of cluster provides none");
        }
        if (discovery == Discovery.LOGICAL_DNS && !own) {
            var localities = cluster.getLoadAssignment().getEndpointsList();
            if (localities.size() != 1 || localities.getFirst().getLbEndpointsCount() != 1) {
                throw new ConfigProblem(
                        "load_assignment.endpoints",
                        "a LOGICAL_DNS cluster has exactly one endpoint; STRICT_DNS takes several");
            }
        }
        if (http.choice() == HttpUpstream.Choice.NEGOTIATED
                && !cluster.hasTransportSocket()
                && cluster.getTransportSocketMatchesCount() == 0) {
            throw new ConfigProblem(
                    "transport_socket",
                    "is not set, but auto_config chooses the protocol within TLS");
        }
        var http2 =
                http.choice() == HttpUpstream.Choice.HTTP2
                        || http.choice() == HttpUpstream.Choice.NEGOTIATED
                        || http.choice() == HttpUpstream.Choice.DOWNSTREAM;
        for (var check : cluster.getHealthChecksList()) {
            if (check.hasGrpcHealthCheck() && !http2) {
                throw new ConfigProblem(
                        "health_checks.grpc_health_check", "needs http2_protocol_options");
            }
        }
    }
}
