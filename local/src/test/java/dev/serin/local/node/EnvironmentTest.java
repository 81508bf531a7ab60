package dev.serin.local.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.serin.base.ProblemException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import tools.jackson.databind.json.JsonMapper;

import java.util.Map;

class EnvironmentTest {
    private final StoredResources api = new StoredResources();
    private final Fields fields =
            new Fields(
                    StoredResources.resource(
                            StoredResources.POD,
                            """
                            {"metadata": {"name": "p", "namespace": "ns", "labels": {"app": "web", "v": "1"}},
                             "spec": {"nodeName": "laptop"}}
                            """),
                    "10.244.0.2",
                    "10.96.0.1",
                    2);

    @ParameterizedTest
    @CsvSource({
        "$(A), one",
        "x$(A)y$(B), xoney",
        "$(MISSING), $(MISSING)",
        "$$(A), $(A)",
        "$A, $A",
        "$(A, $(A",
        "cost: 5$, cost: 5$"
    })
    void expandsAsKubernetes(String text, String expanded) {
        assertEquals(expanded, Environment.expand(text, Map.of("A", "one", "B", "")));
    }

    @Test
    void readsEachKindOfReference() {
        api.create(
                StoredResources.resource(
                        StoredResources.CONFIG_MAP,
                        """
                        {"metadata": {"name": "c", "namespace": "ns"}, "data": {"k": "v", "l": "w"}}
                        """));
        var environment =
                of(
                        """
                        {"resources": {"limits": {"cpu": "1500m", "memory": "64Mi"}},
                         "envFrom": [{"prefix": "P_", "configMapRef": {"name": "c"}}],
                         "env": [
                          {"name": "K", "valueFrom": {"configMapKeyRef": {"name": "c", "key": "k"}}},
                          {"name": "NONE", "valueFrom": {"secretKeyRef": {"name": "s", "key": "k", "optional": true}}},
                          {"name": "IP", "valueFrom": {"fieldRef": {"fieldPath": "status.podIP"}}},
                          {"name": "APP", "valueFrom": {"fieldRef": {"fieldPath": "metadata.labels['app']"}}},
                          {"name": "CPU", "valueFrom": {"resourceFieldRef": {"resource": "limits.cpu"}}},
                          {"name": "MEM", "valueFrom": {"resourceFieldRef": {"resource": "limits.memory", "divisor": "1Mi"}}},
                          {"name": "URL", "value": "http://$(IP)/$(K)"}]}
                        """);
        assertEquals(
                Map.of(
                        "P_k",
                        "v",
                        "P_l",
                        "w",
                        "K",
                        "v",
                        "IP",
                        "10.244.0.2",
                        "APP",
                        "web",
                        "CPU",
                        "2",
                        "MEM",
                        "64",
                        "URL",
                        "http://10.244.0.2/v"),
                environment);
    }

    @Test
    void namesWhatIsMissingWithItsCure() {
        var problem =
                assertThrows(
                        ProblemException.class,
                        () ->
                                of(
                                        "{\"env\": [{\"name\": \"K\", \"valueFrom\":"
                                            + " {\"configMapKeyRef\": {\"name\": \"c\", \"key\":"
                                            + " \"k\"}}}]}"));
        assertEquals(
                "configMap ns/c: not found; cure: create it: kubectl create configmap c -n ns",
                problem.getMessage());
        var field =
                assertThrows(
                        ProblemException.class,
                        () ->
                                of(
                                        "{\"env\": [{\"name\": \"K\", \"valueFrom\": {\"fieldRef\":"
                                                + " {\"fieldPath\": \"metadata.nam\"}}}]}"));
        assertTrue(field.getMessage().contains("'metadata.nam'"), field.getMessage());
    }

    private Map<String, String> of(String container) {
        return new Environment(api, fields).of(JsonMapper.shared().readTree(container), Map.of());
    }
}
