package dev.serin.proxy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.serin.base.chance.Draws;
import dev.serin.proxy.Origin.Wire;
import dev.serin.testkit.NothingLeft;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// What the filter of peer metadata does is what its configuration says, whichever way the listener
/// faces.
@ExtendWith(NothingLeft.class)
class PeerMetadataTest {
    private static final String TOLD = "x-envoy-peer-metadata: CgA=";
    private static final String ID = "x-envoy-peer-metadata-id: router~1";

    private static Rig started(Origin one, String config) {
        return started(one, config, "");
    }

    private static Rig started(Origin one, String config, String cluster) {
        var rig = new Rig(Draws.system());
        var filter =
                """
                - name: peers
                  typed_config:
                    "@type": type.googleapis.com/udpa.type.v1.TypedStruct
                    type_url: type.googleapis.com/io.istio.http.peer_metadata.Config
                    value: CONFIG
                """
                        .replace("CONFIG", config);
        assertEquals(
                "[]",
                rig.apply(
                                Rig.cluster("one", cluster, one.port()),
                                Rig.routes("- {match: {prefix: /}, route: {cluster: one}}"),
                                Rig.http(filter))
                        .toString());
        return rig;
    }

    private static Origin mirror() {
        return new Origin(wire -> {
            for (var request = wire.request(); request != null; request = wire.request()) {
                var head = request.head();
                var lines = TOLD + "\r\n" + ID + "\r\ncontent-length: " + head.length();
                wire.write("HTTP/1.1 200 OK\r\n" + lines + "\r\n\r\n" + head);
            }
        });
    }

    @Test
    void withoutMethodsNothingIsTouched() throws Exception {
        try (var one = mirror();
                var rig = started(one, "{}");
                var client = Wire.to(rig.port("main"))) {
            var answer = client.get("/", TOLD, ID);
            assertTrue(answer.body().contains(ID), answer.body());
            assertNotNull(answer.header("x-envoy-peer-metadata"));
        }
    }

    @Test
    void aServersSideLearnsFromRequestsAndTellsThoseWhoTold() throws Exception {
        var config =
                "{downstream_discovery: [{workload_discovery: {}}, {istio_headers: {}}],"
                        + " downstream_propagation: [{istio_headers: {}}]}";
        try (var one = Origin.answering("ok");
                var rig = started(one, config);
                var client = Wire.to(rig.port("main"))) {
            assertEquals("node", client.get("/", TOLD, ID).header("x-envoy-peer-metadata-id"));
            assertNull(client.get("/").header("x-envoy-peer-metadata-id"));
        }
    }

    @Test
    void aClientsSideTellsHostsOfTheMeshAlone() throws Exception {
        var config =
                "{upstream_discovery: [{istio_headers: {}}], upstream_propagation: [{istio_headers:"
                        + " {skip_external_clusters: SKIP}}]}";
        var outside = "metadata: {filter_metadata: {istio: {external: true}}}\n";
        var closed = "metadata: {filter_metadata: {istio: {disable_mx: true}}}\n";
        assertTrue(told(config.replace("SKIP", "true"), "").contains("metadata-id: node"));
        assertTrue(told(config.replace("SKIP", "false"), outside).contains("metadata-id: node"));
        assertTrue(!told(config.replace("SKIP", "true"), outside).contains("peer-metadata"));
        assertTrue(!told(config.replace("SKIP", "false"), closed).contains("peer-metadata"));
    }

    /// What a host is sent on behalf of a client that names itself.
    private static String told(String config, String cluster) throws Exception {
        try (var one = mirror();
                var rig = started(one, config, cluster);
                var client = Wire.to(rig.port("main"))) {
            var answer = client.get("/", TOLD, ID);
            assertNull(answer.header("x-envoy-peer-metadata"));
            return answer.body();
        }
    }

    @Test
    void refusesWhatItCannotDo() throws Exception {
        try (var rig = new Rig(Draws.system())) {
            for (var config :
                    new String[] {
                        "{shared_with_upstream: true}", "{upstream_propagation: [{baggage: {}}]}"
                    }) {
                var filter =
                        "- {name: peers, typed_config: {\"@type\":"
                                + " type.googleapis.com/udpa.type.v1.TypedStruct, type_url:"
                                + " type.googleapis.com/io.istio.http.peer_metadata.Config, value: "
                                + config
                                + "}}\n";
                var rejected = rig.apply(Rig.http(filter)).toString();
                assertTrue(rejected.contains(config.substring(1, 12)), rejected);
            }
        }
    }
}
