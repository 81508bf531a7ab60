package dev.serin.proxy.tls.secret;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.google.protobuf.util.JsonFormat;

import dev.serin.proxy.extension.ConfigProblem;
import dev.serin.proxy.tls.secret.SecretName.Origin;

import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.SdsSecretConfig;

import org.junit.jupiter.api.Test;

class SecretNameTest {
    private static SecretName of(String source) throws Exception {
        var config = SdsSecretConfig.newBuilder();
        JsonFormat.parser().merge("{name: n, sds_config: {" + source + "}}", config);
        return SecretName.of(config.build());
    }

    @Test
    void comesFromDiscoveryFromFilesOrFromTheAgent() throws Exception {
        assertEquals(new SecretName(Origin.DISCOVERY, "n", ""), of("ads: {}"));
        assertEquals(
                new SecretName(Origin.DISCOVERY, "n", ""), of("self: {transport_api_version: V3}"));
        assertEquals(new SecretName(Origin.FILE, "n", "/x"), of("path: '/x'"));
        assertEquals(
                new SecretName(Origin.FILE, "n", "/x"), of("path_config_source: {path: '/x'}"));
        assertEquals(new SecretName(Origin.LOCAL, "n", ""), of(agent("sds-grpc")));
        assertThrows(ConfigProblem.class, () -> of(agent("other")));
        assertEquals(
                new SecretName(Origin.STATIC, "n", ""),
                SecretName.of(SdsSecretConfig.newBuilder().setName("n").build()));
    }

    private static String agent(String cluster) {
        return "api_config_source: {grpc_services: [{envoy_grpc: {cluster_name: '"
                + cluster
                + "'}}]}";
    }
}
