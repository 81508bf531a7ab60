package dev.serin.controlplane.install;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import dev.serin.config.Resource;
import dev.serin.config.check.Validator;
import dev.serin.config.schema.Schemas;
import dev.serin.controlplane.inject.InjectOptions;

import org.junit.jupiter.api.Test;

import java.util.List;

final class MeshManifestsTest {
    private final List<Resource> resources =
            Manifests.of(Manifests.Options.usual("-----BEGIN-----", InjectOptions.USUAL));

    @Test
    void everyResourceKeepsItsKindsShapeAndRules() {
        var schemas = Schemas.load();
        for (var resource : resources) {
            var schema = schemas.find(resource.kind().apiVersion(), resource.kind().kind());
            assertNotNull(schema, resource.kind().toString());
            assertEquals(
                    List.of(), Validator.checkAll(schema, resource), resource.key().toString());
        }
    }

    @Test
    void theGatewayIsOneRouter() {
        var gateway =
                resources.stream()
                        .filter(r ->
                                r.kind().kind().equals("Deployment")
                                        && r.name().equals("istio-ingressgateway"))
                        .findFirst()
                        .orElseThrow();
        var containers = gateway.spec().at("/template/spec/containers");
        assertEquals(1, containers.size());
        assertEquals("router", containers.at("/0/args/1").asString());
        assertEquals("istio/proxyv2", containers.at("/0/image").asString());
    }
}
