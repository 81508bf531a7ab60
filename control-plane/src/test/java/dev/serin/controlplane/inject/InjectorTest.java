package dev.serin.controlplane.inject;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.serin.controlplane.Manifests;

import org.junit.jupiter.api.Test;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.node.ObjectNode;

import java.util.Map;
import java.util.stream.StreamSupport;

final class InjectorTest {
    private static final Map<String, String> ENABLED = Map.of("istio-injection", "enabled");

    private final Injector injector =
            new Injector(InjectOptions.USUAL.with(InjectOptions.Capture.NODE));
    private final ObjectNode pod =
            pod(
                    """
                    apiVersion: v1
                    kind: Pod
                    metadata:
                      generateName: vjan-v1-55-
                      labels: {app: vjan-server, version: v1, pod-template-hash: "55"}
                      ownerReferences: [{apiVersion: apps/v1, kind: ReplicaSet, name: vjan-v1-55, controller: true}]
                    spec:
                      serviceAccountName: model
                      containers:
                        - name: model
                          image: tensorflow/serving
                          ports: [{name: rest, containerPort: 8501}]
                          readinessProbe: {httpGet: {path: /v1/models/m, port: rest}, periodSeconds: 2, timeoutSeconds: 4}
                          livenessProbe: {tcpSocket: {port: 8500}}
                          startupProbe: {exec: {command: ["true"]}}
                    """);

    @Test
    void addsTheProxyAndItsVolumes() {
        var injected = injector.inject(pod, "default");
        var proxy = container(injected, "istio-proxy");
        assertEquals("istio/proxyv2", proxy.path("image").asString());
        assertEquals("sidecar", proxy.at("/args/1").asString());
        assertEquals("vjan-v1", env(proxy, "ISTIO_META_WORKLOAD_NAME"));
        assertEquals("model", env(proxy, "ISTIO_META_APP_CONTAINERS"));
        assertEquals("vjan-server", label(injected, "service.istio.io/canonical-name"));
        assertEquals("v1", label(injected, "service.istio.io/canonical-revision"));
        assertEquals("istio", label(injected, "security.istio.io/tlsMode"));
        var volumes = injected.at("/spec/volumes").toString();
        for (var name : new String[] {"istio-token", "istiod-ca-cert", "istio-podinfo"}) {
            assertTrue(volumes.contains("\"" + name + "\""), name);
        }
        assertFalse(injected.at("/spec").has("initContainers"));
        assertFalse(pod.at("/metadata").has("annotations"), "the pod handed in is unchanged");
    }

    @Test
    void rewritesProbesAndTellsTheProxyWhatTheyAsked() {
        var injected = injector.inject(pod, "default");
        var model = container(injected, "model");
        var ready = model.path("readinessProbe");
        assertEquals("/app-health/model/readyz", ready.at("/httpGet/path").asString());
        assertEquals(15020, ready.at("/httpGet/port").asInt());
        assertEquals(2, ready.path("periodSeconds").asInt());
        assertEquals("/app-health/model/livez", model.at("/livenessProbe/httpGet/path").asString());
        assertTrue(model.path("startupProbe").has("exec"), "a command runs where it did");
        var probers =
                new ObjectMapper()
                        .readTree(
                                env(container(injected, "istio-proxy"), "ISTIO_KUBE_APP_PROBERS"));
        var asked = probers.path("/app-health/model/readyz");
        assertEquals(8501, asked.at("/httpGet/port").asInt());
        assertEquals("/v1/models/m", asked.at("/httpGet/path").asString());
        assertEquals(4, asked.path("timeoutSeconds").asInt());
        assertEquals(8500, probers.path("/app-health/model/livez").at("/tcpSocket/port").asInt());
    }

    @Test
    void onAClusterAnInitContainerCaptures() {
        var injected = new Injector(InjectOptions.USUAL).inject(pod, "default");
        assertEquals("istio-init", injected.at("/spec/initContainers/0/name").asString());
        assertTrue(
                injected.at("/metadata/annotations")
                        .path("sidecar.istio.io/status")
                        .asString()
                        .contains("istio-init"));
    }

    @Test
    void selectsByNamespaceAndThePodsOwnWord() {
        assertTrue(injector.wants(pod, "default", ENABLED));
        assertFalse(injector.wants(pod, "default", Map.of()));
        assertFalse(injector.wants(pod, "kube-system", ENABLED));
        assertFalse(injector.wants(injector.inject(pod, "default"), "default", ENABLED));
        var no = pod.deepCopy();
        no.withObject("metadata").withObject("labels").put("sidecar.istio.io/inject", "false");
        assertFalse(injector.wants(no, "default", ENABLED));
        var yes = pod.deepCopy();
        yes.withObject("metadata").withObject("labels").put("sidecar.istio.io/inject", "true");
        assertTrue(injector.wants(yes, "default", Map.of()));
        yes.withObject("spec").put("hostNetwork", true);
        assertFalse(injector.wants(yes, "default", Map.of()));
        assertTrue(injector.wants(pod, "default", Map.of("istio.io/rev", "default")));
    }

    private static ObjectNode pod(String yaml) {
        return Manifests.one(yaml).body();
    }

    private static JsonNode container(JsonNode pod, String name) {
        return StreamSupport.stream(pod.at("/spec/containers").spliterator(), false)
                .filter(c -> c.path("name").asString().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static String env(JsonNode container, String name) {
        return StreamSupport.stream(container.path("env").spliterator(), false)
                .filter(e -> e.path("name").asString().equals(name))
                .findFirst()
                .orElseThrow()
                .path("value")
                .asString();
    }

    private static String label(JsonNode pod, String name) {
        return pod.at("/metadata/labels").path(name).asString();
    }
}
