package dev.serin.config.schema;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.serin.config.Manifests;
import dev.serin.config.check.SchemaCheck;
import dev.serin.config.check.Validator;

import org.junit.jupiter.api.Test;

import tools.jackson.databind.node.JsonNodeFactory;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

class SchemasTest {
    private static final Schemas SCHEMAS = Schemas.load();

    private static void visit(Type type, Set<ObjectType> seen) {
        switch (type) {
            case ObjectType object -> {
                if (seen.add(object)) {
                    object.fields().forEach(f -> visit(f.type(), seen));
                    object.inlines().forEach(i -> visit(i.type(), seen));
                }
            }
            case Type.ListType list -> visit(list.element(), seen);
            case Type.MapType map -> visit(map.value(), seen);
            case Scalar _, Type.Words _ -> {}
        }
    }

    @Test
    void everyTypeOfEveryKindIsRightInItself() {
        var seen = new HashSet<ObjectType>();
        SCHEMAS.all().forEach(s -> visit(s.type(), seen));

        assertTrue(seen.size() > 180, "types: " + seen.size());
        for (var type : seen) {
            var numbers = new HashSet<Integer>();
            for (var field : type.ownFields()) {
                assertTrue(
                        field.number() == 0 || numbers.add(field.number()),
                        type.fullName() + "." + field.name());
                if (field.type() instanceof Type.ListType list && !list.mapKeys().isEmpty()) {
                    var element = (ObjectType) list.element();
                    for (var key : list.mapKeys()) {
                        assertNotNull(element.field(key), type.fullName() + "." + field.name());
                    }
                }
            }
            type.inlines().forEach(i -> assertTrue(numbers.add(i.number()), type.fullName()));
        }
    }

    @Test
    void builtInKindsHaveProtobufNumbersAndCustomOnesNone() {
        for (var schema : SCHEMAS.all()) {
            for (var field : schema.type().fields()) {
                if (!List.of("apiVersion", "kind").contains(field.name())) {
                    assertEquals(
                            schema.custom(), field.number() == 0, schema.kind() + field.name());
                }
            }
        }
    }

    @Test
    void factsOfTheWireAreThere() {
        var pod = SCHEMAS.get("v1", "Pod");
        var spec = (ObjectType) pod.type().field("spec").type();
        var containers = (Type.ListType) spec.field("containers").type();
        var container = (ObjectType) containers.element();
        var ports = (Type.ListType) container.field("ports").type();

        assertEquals(2, spec.field("containers").number());
        assertTrue(spec.field("containers").required());
        assertEquals(List.of("name"), containers.mapKeys());
        assertEquals(Type.Merge.BY_KEY, containers.merge());
        assertEquals(List.of("containerPort", "protocol"), ports.mapKeys());
        assertEquals("io.k8s.api.core.v1.Container", container.fullName());
        assertEquals(15, container.field("securityContext").number());
        var volume = (ObjectType) ((Type.ListType) spec.field("volumes").type()).element();
        assertEquals(2, volume.inlines().getFirst().number());
        assertNotNull(volume.field("configMap"));
        assertEquals(1, volume.ownFields().size());
        assertEquals(
                "\"TCP\"",
                String.valueOf(((ObjectType) ports.element()).field("protocol").absent()));
        assertTrue(spec.field("volumes").retain());
        assertFalse(container.field("image").doc().isEmpty());
    }

    @Test
    void kindsAreFoundByManifestAndByUrl() {
        assertEquals("deploy", SCHEMAS.get("apps/v1", "Deployment").shortNames().getFirst());
        assertEquals(
                "extensions/v1beta1",
                SCHEMAS.find("extensions/v1beta1", "Deployment").kind().apiVersion());
        assertEquals(
                "VirtualService",
                SCHEMAS.byPlural("networking.istio.io", "v1beta1", "virtualservices")
                        .kind()
                        .kind());
        assertEquals("Pod", SCHEMAS.byPlural("", "v1", "pods").kind().kind());
        assertNull(SCHEMAS.find("apps/v2", "Deployment"));
        assertEquals(
                List.of("v1", "v1beta1", "v1alpha3"),
                SCHEMAS.versions("Gateway").stream().map(s -> s.kind().version()).toList());
        assertEquals("endpoints", SCHEMAS.get("v1", "Endpoints").singular());
    }

    @Test
    void defaultsMakeADeploymentWhole() {
        var manifest =
                Manifests.one(
                        """
                        apiVersion: apps/v1
                        kind: Deployment
                        metadata: {name: web}
                        spec:
                          selector: {matchLabels: {app: web}}
                          template:
                            metadata: {labels: {app: web}}
                            spec:
                              serviceAccountName: bot
                              containers:
                              - name: web
                                image: example.org/web
                                ports: [{containerPort: 80}]
                                readinessProbe: {httpGet: {port: 80}}
                              - name: pinned
                                image: example.org/web:1
                        """);
        var body = manifest.resource().body();
        Defaults.fill(manifest.schema(), body);

        var spec = body.path("spec");
        assertEquals(1, spec.path("replicas").asInt());
        assertEquals(
                "{\"type\":\"RollingUpdate\",\"rollingUpdate\":{\"maxUnavailable\":\"25%\",\"maxSurge\":\"25%\"}}",
                spec.path("strategy").toString());
        var pod = spec.path("template").path("spec");
        assertEquals("Always", pod.path("restartPolicy").asString());
        assertEquals("bot", pod.path("serviceAccount").asString());
        var web = pod.path("containers").path(0);
        assertEquals("Always", web.path("imagePullPolicy").asString());
        assertEquals(
                "IfNotPresent", pod.path("containers").path(1).path("imagePullPolicy").asString());
        assertEquals("TCP", web.path("ports").path(0).path("protocol").asString());
        assertEquals(
                "{\"httpGet\":{\"port\":80,\"path\":\"/\",\"scheme\":\"HTTP\"},\"timeoutSeconds\":1,\"periodSeconds\":10,\"successThreshold\":1,\"failureThreshold\":3}",
                web.path("readinessProbe").toString());
        assertEquals(List.of(), Validator.checkAll(manifest.schema(), manifest.resource()));
        assertFalse(body.has("status"));
    }

    @Test
    void everyDefaultFitsItsType() {
        var seen = new HashSet<ObjectType>();
        SCHEMAS.all().forEach(s -> visit(s.type(), seen));
        for (var type : seen) {
            var body = JsonNodeFactory.instance.objectNode();
            for (var field : type.fields()) {
                if (field.absent() != null) {
                    body.set(field.name(), field.absent());
                }
            }
            var alone =
                    new KindSchema(
                            SCHEMAS.get("v1", "Pod").kind(),
                            "",
                            List.of(),
                            List.of(),
                            List.of(),
                            false,
                            false,
                            "",
                            type);
            assertEquals(List.of(), SchemaCheck.check(alone, body), type.fullName());
        }
    }

    @Test
    void aServiceGetsTheTargetOfItsPort() {
        var manifest =
                Manifests.one(
"""
apiVersion: v1
kind: Service
metadata: {name: a}
spec: {ports: [{port: 80}]}
""");
        Defaults.fill(manifest.schema(), manifest.resource().body());

        assertEquals(
                "{\"ports\":[{\"port\":80,\"targetPort\":80,\"protocol\":\"TCP\"}],\"internalTrafficPolicy\":\"Cluster\",\"type\":\"ClusterIP\",\"sessionAffinity\":\"None\"}",
                manifest.resource().spec().toString());
    }
}
