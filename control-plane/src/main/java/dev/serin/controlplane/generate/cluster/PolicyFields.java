package dev.serin.controlplane.generate.cluster;

import com.google.protobuf.UInt64Value;

import dev.serin.config.istio.LoadBalancer;
import dev.serin.config.istio.OutlierDetection;
import dev.serin.controlplane.generate.Protos;
import dev.serin.controlplane.mesh.TrafficPolicies;

import io.envoyproxy.envoy.config.cluster.v3.CircuitBreakers;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.cluster.v3.UpstreamConnectionOptions;
import io.envoyproxy.envoy.config.core.v3.RuntimeDouble;
import io.envoyproxy.envoy.config.core.v3.TcpKeepalive;
import io.envoyproxy.envoy.type.v3.Percent;

import org.jspecify.annotations.Nullable;

/// A DestinationRule's policy in the fields of a cluster.
final class PolicyFields {
    private PolicyFields() {}

    static void apply(TrafficPolicies.Effective policy, Cluster.Builder cluster) {
        balancer(policy.loadBalancer(), cluster);
        if (policy.loadBalancer() != null && policy.loadBalancer().hasShares()) {
            cluster.getCommonLbConfigBuilder()
                    .setLocalityWeightedLbConfig(
                            Cluster.CommonLbConfig.LocalityWeightedLbConfig.getDefaultInstance());
        }
        pool(policy, cluster);
        if (policy.outlierDetection() != null) {
            outliers(policy.outlierDetection(), cluster);
        }
    }

    private static void balancer(@Nullable LoadBalancer balancer, Cluster.Builder cluster) {
        if (balancer != null && balancer.consistentHash() != null) {
            switch (balancer.consistentHash().table()) {
                case LoadBalancer.HashTable.Ring ring ->
                        cluster.setLbPolicy(Cluster.LbPolicy.RING_HASH)
                                .setRingHashLbConfig(
                                        Cluster.RingHashLbConfig.newBuilder()
                                                .setMinimumRingSize(
                                                        UInt64Value.of(ring.minimumSize())));
                case LoadBalancer.HashTable.Maglev maglev ->
                        cluster.setLbPolicy(Cluster.LbPolicy.MAGLEV)
                                .setMaglevLbConfig(
                                        Cluster.MaglevLbConfig.newBuilder()
                                                .setTableSize(UInt64Value.of(maglev.tableSize())));
            }
            return;
        }
        var algorithm =
                balancer == null ? LoadBalancer.Algorithm.LEAST_REQUEST : balancer.algorithm();
        switch (algorithm) {
            case LEAST_REQUEST -> cluster.setLbPolicy(Cluster.LbPolicy.LEAST_REQUEST);
            case ROUND_ROBIN -> cluster.setLbPolicy(Cluster.LbPolicy.ROUND_ROBIN);
            case RANDOM -> cluster.setLbPolicy(Cluster.LbPolicy.RANDOM);
            case PASSTHROUGH ->
                    cluster.setType(Cluster.DiscoveryType.ORIGINAL_DST)
                            .setLbPolicy(Cluster.LbPolicy.CLUSTER_PROVIDED)
                            .clearEdsClusterConfig();
        }
        var warmup = balancer == null ? null : balancer.warmup();
        if (warmup != null) {
            var slow =
                    Cluster.SlowStartConfig.newBuilder()
                            .setSlowStartWindow(Protos.duration(warmup.duration()))
                            .setMinWeightPercent(
                                    Percent.newBuilder().setValue(warmup.minimumPercent()))
                            .setAggression(
                                    RuntimeDouble.newBuilder()
                                            .setDefaultValue(warmup.aggression())
                                            .setRuntimeKey("warmup.aggression"));
            if (algorithm == LoadBalancer.Algorithm.ROUND_ROBIN) {
                cluster.setRoundRobinLbConfig(
                        Cluster.RoundRobinLbConfig.newBuilder().setSlowStartConfig(slow));
            } else if (algorithm == LoadBalancer.Algorithm.LEAST_REQUEST) {
                cluster.setLeastRequestLbConfig(
                        Cluster.LeastRequestLbConfig.newBuilder().setSlowStartConfig(slow));
            }
        }
    }

    private static void pool(TrafficPolicies.Effective policy, Cluster.Builder cluster) {
        var pool = policy.connectionPool();
        var tcp = pool == null ? null : pool.tcp();
        var http = pool == null ? null : pool.http();
        var limits =
                CircuitBreakers.Thresholds.newBuilder()
                        .setMaxConnections(limit(tcp == null ? null : tcp.maxConnections()))
                        .setMaxPendingRequests(
                                limit(http == null ? null : http.http1MaxPendingRequests()))
                        .setMaxRequests(limit(http == null ? null : http.http2MaxRequests()))
                        .setMaxRetries(limit(http == null ? null : http.maxRetries()))
                        .setTrackRemaining(true);
        var budget = policy.retryBudget();
        if (budget != null) {
            limits.clearMaxRetries()
                    .setRetryBudget(
                            CircuitBreakers.Thresholds.RetryBudget.newBuilder()
                                    .setBudgetPercent(
                                            Percent.newBuilder().setValue(budget.percent()))
                                    .setMinRetryConcurrency(
                                            Protos.number(budget.minRetryConcurrency())));
        }
        cluster.setCircuitBreakers(CircuitBreakers.newBuilder().addThresholds(limits));
        if (tcp == null) {
            return;
        }
        if (tcp.connectTimeout() != null) {
            cluster.setConnectTimeout(Protos.duration(tcp.connectTimeout()));
        }
        var keepalive = tcp.keepalive();
        if (keepalive != null) {
            var probes = TcpKeepalive.newBuilder();
            if (keepalive.probes() != null) {
                probes.setKeepaliveProbes(Protos.number(keepalive.probes()));
            }
            if (keepalive.time() != null) {
                probes.setKeepaliveTime(Protos.number(keepalive.time().toSeconds()));
            }
            if (keepalive.interval() != null) {
                probes.setKeepaliveInterval(Protos.number(keepalive.interval().toSeconds()));
            }
            cluster.setUpstreamConnectionOptions(
                    UpstreamConnectionOptions.newBuilder().setTcpKeepalive(probes));
        }
    }

    private static com.google.protobuf.UInt32Value limit(@Nullable Integer written) {
        return Protos.number(written == null || written == 0 ? ClusterBuilder.UNLIMITED : written);
    }

    /// As Istio: only what is written, never by success rate, no panic unless asked for.
    private static void outliers(OutlierDetection written, Cluster.Builder cluster) {
        var out =
                io.envoyproxy.envoy.config.cluster.v3.OutlierDetection.newBuilder()
                        .setEnforcingSuccessRate(Protos.number(0));
        var errors = written.consecutive5xxErrors();
        if (errors != null) {
            out.setConsecutive5Xx(Protos.number(errors))
                    .setEnforcingConsecutive5Xx(Protos.number(errors > 0 ? 100 : 0));
        }
        var gateway = written.consecutiveGatewayErrors();
        if (gateway != null) {
            out.setConsecutiveGatewayFailure(Protos.number(gateway))
                    .setEnforcingConsecutiveGatewayFailure(Protos.number(gateway > 0 ? 100 : 0));
        }
        if (written.splitExternalLocalOriginErrors()) {
            out.setSplitExternalLocalOriginErrors(true);
            var local = written.consecutiveLocalOriginFailures();
            if (local != null) {
                out.setConsecutiveLocalOriginFailure(Protos.number(local))
                        .setEnforcingConsecutiveLocalOriginFailure(
                                Protos.number(local > 0 ? 100 : 0));
            }
            out.setEnforcingLocalOriginSuccessRate(Protos.number(0));
        }
        if (written.interval() != null) {
            out.setInterval(Protos.duration(written.interval()));
        }
        if (written.baseEjectionTime() != null) {
            out.setBaseEjectionTime(Protos.duration(written.baseEjectionTime()));
        }
        if (written.maxEjectionPercent() != null && written.maxEjectionPercent() > 0) {
            out.setMaxEjectionPercent(Protos.number(written.maxEjectionPercent()));
        }
        cluster.setOutlierDetection(out);
        var health = written.minHealthPercent();
        cluster.getCommonLbConfigBuilder()
                .setHealthyPanicThreshold(
                        Percent.newBuilder().setValue(health == null ? 0 : health));
    }
}
