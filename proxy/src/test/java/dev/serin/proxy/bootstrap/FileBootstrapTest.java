package dev.serin.proxy.bootstrap;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.InvalidProtocolBufferException;

import dev.serin.base.ProblemException;
import dev.serin.proxy.snapshot.ConfigUpdate;

import io.envoyproxy.envoy.config.cluster.v3.Cluster;

import org.junit.jupiter.api.Test;

/// The forms in which a bootstrap comes, and what is wrong with one as a whole.
class FileBootstrapTest {
    private static Cluster cluster(String yaml) throws InvalidProtocolBufferException {
        var update =
                FileBootstrap.read("mine.yaml", yaml).statics().stream()
                        .filter(u -> u.typeUrl().equals(ConfigUpdate.CLUSTER))
                        .findFirst()
                        .orElseThrow();
        return update.changed().getLast().resource().unpack(Cluster.class);
    }

    @Test
    void formsThatEnvoyReadsAreRead() throws Exception {
        var plain =
                cluster(
                        "static_resources: {clusters: [{name: a, type: STRICT_DNS, connect_timeout:"
                                + " 0.25s, respect_dns_ttl: true}]}");
        assertEquals(
                plain,
                cluster(
                        "static_resources: {clusters: {name: a, type: strict_dns, connect_timeout:"
                                + " 0.250s, respect_dns_ttl: 'yes'}}"));
        assertEquals(
                plain,
                cluster(
                        "{\"staticResources\":{\"clusters\":[{\"name\":\"a\",\"type\":1,"
                                + "\"connectTimeout\":\"0.25s\",\"respectDnsTtl\":true}]}}"));
        assertEquals(
                plain,
                cluster(
                        "static_resources: {clusters: [{name: b, type: STATIC, connect_timeout: &t"
                                + " 0.25s}, {name: a, type: STRICT_DNS, connect_timeout: *t,"
                                + " respect_dns_ttl: true}]}"));
    }

    private static void says(String yaml, String part) {
        var text =
                assertThrows(ProblemException.class, () -> FileBootstrap.read("mine.yaml", yaml))
                        .getMessage();
        assertTrue(String.valueOf(text).contains(part), text);
    }

    @Test
    void requestsForTheAdminPagesAreLoggedNowhere() {
        FileBootstrap.read("mine.yaml", "admin: {access_log_path: /dev/null}");
        says(
                "admin: {access_log_path: /tmp/admin.log}",
                "admin.access_log_path: is /tmp/admin.log, and this proxy supports only /dev/null");
    }

    @Test
    void whatIsNoneIsRefused() {
        says("", "mine.yaml: nothing is in it");
        says("# later", "mine.yaml: nothing is in it");
        says("[1]", "mine.yaml: it is no object");
        says(
                "static_resources: {clusters: [{name: a}, {name: a}]}",
                "mine.yaml: static_resources.clusters: two are called 'a'");
        says(
                "cluster_manager: {local_cluster_name: b}",
                "cluster_manager.local_cluster_name: 'b' is no cluster of static_resources");
        says(
                "admin: {address: {socket_address: {address: localhost, port_value: 1}}}",
                "'localhost' is not an IP address");
        says(
                "layered_runtime: {layers: [{name: a, admin_layer: {}}, {name: b, admin_layer:"
                        + " {}}]}",
                "has two admin_layer");
    }
}
