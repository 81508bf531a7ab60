package dev.serin.xds.client;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.protobuf.Any;
import com.google.protobuf.Message;
import com.google.rpc.Status;

import dev.serin.xds.ResourceType;

import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.core.v3.Node;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryResponse;
import io.envoyproxy.envoy.service.discovery.v3.Resource;

import org.junit.jupiter.api.Test;

import java.util.List;

/// State of the world as the client's own words.
class WorldTest {
    private final WorldDialect world = new WorldDialect();

    @Test
    void aClusterThatIsMissingHasGoneAndAnEqualOneIsNotToldAgain() {
        var first = world.request(said(ResourceType.CLUSTER).setNode(node()).build());
        assertEquals("me", first.getNode().getId());
        assertEquals("", first.getVersionInfo());

        var one = heard("1", ResourceType.CLUSTER, cluster("a", 1), cluster("b", 1));
        assertEquals(List.of("a", "b"), names(one));
        var ack = world.request(said(ResourceType.CLUSTER).setResponseNonce("n1").build());
        assertEquals("1", ack.getVersionInfo());
        assertEquals("n1", ack.getResponseNonce());

        var two = heard("2", ResourceType.CLUSTER, cluster("a", 1), cluster("c", 1));
        assertEquals(List.of("c"), names(two));
        assertEquals(List.of("b"), two.getRemovedResourcesList());
    }

    @Test
    void aRefusedResponseKeepsTheVersionInForceAndIsReadAgain() {
        heard("1", ResourceType.CLUSTER, cluster("a", 1));
        world.request(said(ResourceType.CLUSTER).setResponseNonce("n1").build());
        heard("2", ResourceType.CLUSTER, cluster("a", 2));
        var refusal = Status.newBuilder().setMessage("a: bad").build();
        var nack =
                world.request(
                        said(ResourceType.CLUSTER)
                                .setResponseNonce("n2")
                                .setErrorDetail(refusal)
                                .build());
        assertEquals("1", nack.getVersionInfo());
        assertEquals("n2", nack.getResponseNonce());
        assertEquals("a: bad", nack.getErrorDetail().getMessage());
        var again = heard("2", ResourceType.CLUSTER, cluster("a", 2));
        assertEquals(List.of("a"), names(again));
    }

    @Test
    void namesAreAskedForAllTogetherAndWhatIsNotSaidStays() {
        var first =
                world.request(
                        said(ResourceType.ENDPOINT)
                                .addResourceNamesSubscribe("b")
                                .addResourceNamesSubscribe("a")
                                .build());
        assertEquals(List.of("a", "b"), first.getResourceNamesList());
        heard("1", ResourceType.ENDPOINT, endpoints("a"), endpoints("b"));
        var one = heard("2", ResourceType.ENDPOINT, endpoints("b"));
        assertEquals(List.of(), one.getRemovedResourcesList());
        var fewer =
                world.request(
                        said(ResourceType.ENDPOINT)
                                .setResponseNonce("n2")
                                .addResourceNamesUnsubscribe("a")
                                .build());
        assertEquals(List.of("b"), fewer.getResourceNamesList());
        assertEquals("2", fewer.getVersionInfo());
    }

    @Test
    void whatWasHeldBeforeAReconnectAndIsGoneByNowIsRemoved() {
        world.request(
                said(ResourceType.CLUSTER)
                        .putInitialResourceVersions("old", "1")
                        .putInitialResourceVersions("a", "1")
                        .build());
        var all = heard("7", ResourceType.CLUSTER, cluster("a", 1));
        assertEquals(List.of("old"), all.getRemovedResourcesList());
    }

    @Test
    void aWrapperSaysTheName() {
        var wrapped =
                Resource.newBuilder()
                        .setName("w")
                        .setVersion("9")
                        .setResource(Any.pack(endpoints("x")))
                        .build();
        assertEquals(List.of("w"), names(heard("1", ResourceType.ENDPOINT, wrapped)));
    }

    private DeltaDiscoveryResponse heard(String version, ResourceType type, Message... resources) {
        var response =
                DiscoveryResponse.newBuilder()
                        .setTypeUrl(type.typeUrl())
                        .setVersionInfo(version)
                        .setNonce("n" + version);
        for (var resource : resources) {
            response.addResources(Any.pack(resource));
        }
        return world.response(response.build());
    }

    private static DeltaDiscoveryRequest.Builder said(ResourceType type) {
        return DeltaDiscoveryRequest.newBuilder().setTypeUrl(type.typeUrl());
    }

    private static List<String> names(DeltaDiscoveryResponse response) {
        return response.getResourcesList().stream().map(Resource::getName).toList();
    }

    private static Node node() {
        return Node.newBuilder().setId("me").build();
    }

    private static Cluster cluster(String name, int weight) {
        return Cluster.newBuilder().setName(name).setAltStatName(Integer.toString(weight)).build();
    }

    private static ClusterLoadAssignment endpoints(String name) {
        return ClusterLoadAssignment.newBuilder().setClusterName(name).build();
    }
}
