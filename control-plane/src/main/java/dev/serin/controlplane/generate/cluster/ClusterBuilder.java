package dev.serin.controlplane.generate.cluster;

import com.google.protobuf.ListValue;
import com.google.protobuf.Value;

import dev.serin.controlplane.generate.Protos;
import dev.serin.controlplane.mesh.Names;
import dev.serin.controlplane.mesh.TrafficPolicies;
import dev.serin.controlplane.registry.MeshService;
import dev.serin.controlplane.registry.Protocol;
import dev.serin.xds.ResourceType;
import dev.serin.xds.XdsResource;

import io.envoyproxy.envoy.config.cluster.v3.CircuitBreakers;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.core.v3.AggregatedConfigSource;
import io.envoyproxy.envoy.config.core.v3.ApiVersion;
import io.envoyproxy.envoy.config.core.v3.BindConfig;
import io.envoyproxy.envoy.config.core.v3.ConfigSource;
import io.envoyproxy.envoy.config.core.v3.Metadata;
import io.envoyproxy.envoy.config.core.v3.SocketAddress;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.config.endpoint.v3.Endpoint;
import io.envoyproxy.envoy.config.endpoint.v3.LbEndpoint;
import io.envoyproxy.envoy.config.endpoint.v3.LocalityLbEndpoints;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/// Builds one cluster of its key.
final class ClusterBuilder {
    /// As Istio's: practically none.
    static final long UNLIMITED = 0xFFFF_FFFFL;

    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);

    /// The address that traffic to the application comes from, so that it is not captured again.
    private static final String PASS_FROM = "127.0.0.6";

    private ClusterBuilder() {}

    static XdsResource build(Clusters.ClusterKey key) {
        var cluster =
                switch (key) {
                    case Clusters.ClusterKey.Outbound outbound -> outbound(outbound);
                    case Clusters.ClusterKey.Inbound inbound -> inbound(inbound);
                    case Clusters.ClusterKey.Passthrough _ -> passthrough(Names.PASSTHROUGH);
                    case Clusters.ClusterKey.InboundPassthrough _ ->
                            passthrough(Names.INBOUND_PASSTHROUGH)
                                    .setUpstreamBindConfig(passFrom());
                    case Clusters.ClusterKey.BlackHole _ ->
                            Cluster.newBuilder()
                                    .setName(Names.BLACK_HOLE)
                                    .setType(Cluster.DiscoveryType.STATIC)
                                    .setConnectTimeout(Protos.duration(CONNECT_TIMEOUT));
                };
        return XdsResource.of(ResourceType.CLUSTER, cluster.getName(), cluster.build());
    }

    private static Cluster.Builder outbound(Clusters.ClusterKey.Outbound key) {
        var cluster =
                Cluster.newBuilder()
                        .setName(key.name())
                        .setConnectTimeout(Protos.duration(CONNECT_TIMEOUT))
                        .setMetadata(metadata(key));
        switch (key.resolution()) {
            case VIRTUAL ->
                    cluster.setType(Cluster.DiscoveryType.EDS)
                            .setEdsClusterConfig(
                                    Cluster.EdsClusterConfig.newBuilder()
                                            .setServiceName(key.name())
                                            .setEdsConfig(ads()));
            case HEADLESS -> originalDestination(cluster);
            case EXTERNAL -> external(cluster, key, Cluster.DiscoveryType.STRICT_DNS);
            case ROTATING -> external(cluster, key, Cluster.DiscoveryType.LOGICAL_DNS);
        }
        PolicyFields.apply(key.policy(), cluster);
        if (key.resolution() == MeshService.Resolution.HEADLESS) {
            originalDestination(cluster); // the caller has chosen: no policy balances
        }
        HttpOptions.apply(key.protocol(), key.policy(), cluster);
        ClientSockets.apply(key, cluster);
        return cluster;
    }

    private static Cluster.Builder inbound(Clusters.ClusterKey.Inbound key) {
        var cluster =
                passthrough(Names.inbound(key.port()))
                        .setUpstreamBindConfig(passFrom())
                        .setMetadata(
                                Protos.istio(
                                        Map.of(
                                                "services",
                                                services(
                                                        key.host(), key.name(), key.namespace()))));
        HttpOptions.apply(key.protocol(), TrafficPolicies.Effective.NOTHING, cluster);
        return cluster;
    }

    private static Cluster.Builder passthrough(String name) {
        var cluster =
                Cluster.newBuilder()
                        .setName(name)
                        .setConnectTimeout(Protos.duration(CONNECT_TIMEOUT))
                        .setCircuitBreakers(unlimited());
        originalDestination(cluster);
        HttpOptions.apply(Protocol.DETECTED, TrafficPolicies.Effective.NOTHING, cluster);
        return cluster;
    }

    private static void originalDestination(Cluster.Builder cluster) {
        cluster.setType(Cluster.DiscoveryType.ORIGINAL_DST)
                .setLbPolicy(Cluster.LbPolicy.CLUSTER_PROVIDED)
                .clearEdsClusterConfig()
                .clearLbConfig();
    }

    /// By DNS; without hosts, as of a wildcard or a subset that is nowhere, it answers 503.
    private static void external(
            Cluster.Builder cluster,
            Clusters.ClusterKey.Outbound key,
            Cluster.DiscoveryType discovery) {
        var there = LocalityLbEndpoints.newBuilder();
        for (var host : key.fixed()) {
            there.addLbEndpoints(
                    LbEndpoint.newBuilder()
                            .setEndpoint(
                                    Endpoint.newBuilder()
                                            .setAddress(
                                                    Protos.address(host.address(), host.port())))
                            .setLoadBalancingWeight(Protos.number(host.weight())));
        }
        cluster.setType(key.fixed().isEmpty() ? Cluster.DiscoveryType.STATIC : discovery)
                .setLoadAssignment(
                        ClusterLoadAssignment.newBuilder()
                                .setClusterName(key.name())
                                .addEndpoints(there));
        if (!key.fixed().isEmpty()) {
            cluster.setDnsLookupFamily(Cluster.DnsLookupFamily.V4_ONLY);
        }
    }

    static CircuitBreakers unlimited() {
        return CircuitBreakers.newBuilder()
                .addThresholds(
                        CircuitBreakers.Thresholds.newBuilder()
                                .setMaxConnections(Protos.number(UNLIMITED))
                                .setMaxPendingRequests(Protos.number(UNLIMITED))
                                .setMaxRequests(Protos.number(UNLIMITED))
                                .setMaxRetries(Protos.number(UNLIMITED))
                                .setTrackRemaining(true))
                .build();
    }

    static ConfigSource ads() {
        return ConfigSource.newBuilder()
                .setAds(AggregatedConfigSource.getDefaultInstance())
                .setResourceApiVersion(ApiVersion.V3)
                .setInitialFetchTimeout(com.google.protobuf.Duration.getDefaultInstance())
                .build();
    }

    private static BindConfig passFrom() {
        return BindConfig.newBuilder()
                .setSourceAddress(SocketAddress.newBuilder().setAddress(PASS_FROM).setPortValue(0))
                .build();
    }

    private static Metadata metadata(Clusters.ClusterKey.Outbound key) {
        var subject = key.subject();
        var fields = new LinkedHashMap<String, Value>();
        fields.put("default_original_port", Value.newBuilder().setNumberValue(key.port()).build());
        fields.put("services", services(subject.host(), subject.name(), subject.namespace()));
        if (!subject.subset().isEmpty()) {
            fields.put("subset", Protos.text(subject.subset()));
        }
        return Protos.istio(fields);
    }

    private static Value services(String host, String name, String namespace) {
        var service =
                Value.newBuilder()
                        .setStructValue(
                                Protos.struct(
                                        Map.of(
                                                "host", Protos.text(host),
                                                "name", Protos.text(name),
                                                "namespace", Protos.text(namespace))));
        return Value.newBuilder().setListValue(ListValue.newBuilder().addValues(service)).build();
    }
}
