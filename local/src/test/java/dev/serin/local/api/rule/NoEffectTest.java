package dev.serin.local.api.rule;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

import tools.jackson.databind.json.JsonMapper;

import java.util.List;

class NoEffectTest {
    @Test
    void namesWhatChangesNothingWhereverThePodIs() {
        var pod =
                """
                {"hostNetwork": true, "dnsPolicy": "ClusterFirst", "securityContext": {"fsGroup": 5},
                 "containers": [{"name": "istio-proxy", "securityContext": {"readOnlyRootFilesystem": true}},
                   {"name": "a", "securityContext": {"runAsNonRoot": true, "capabilities": {"add": ["NET_ADMIN"]}}}]}
                """;
        var fields =
                List.of(
                        "hostNetwork",
                        "securityContext.fsGroup",
                        "containers[1].securityContext.capabilities.add");
        assertEquals(
                fields.stream().map(f -> "spec." + f).toList(),
                named("pods", "{\"spec\": " + pod + "}"));
        assertEquals(
                fields.stream().map(f -> "spec.jobTemplate.spec.template.spec." + f).toList(),
                named(
                        "cronjobs.batch",
                        "{\"spec\": {\"jobTemplate\": {\"spec\": {\"template\": {\"spec\": "
                                + pod
                                + "}}}}}"));
    }

    @Test
    void whatIsTrueAnywayIsNoWarning() {
        assertEquals(
                List.of(),
                named(
                        "deployments.apps",
                        """
                        {"spec": {"template": {"spec": {"hostNetwork": false, "affinity": {}, "securityContext": {},
                          "containers": [{"name": "a", "securityContext": {"runAsNonRoot": true, "runAsUser": 1000,
                            "allowPrivilegeEscalation": false, "capabilities": {"drop": ["ALL"]}}}]}}}}
                        """));
        assertEquals(
                List.of("spec.sessionAffinity", "spec.ports[1].protocol"),
                named(
                        "services",
                        "{\"spec\": {\"sessionAffinity\": \"ClientIP\", \"internalTrafficPolicy\":"
                                + " \"Cluster\", \"ports\": [{\"protocol\": \"TCP\"},"
                                + " {\"protocol\": \"SCTP\"}]}}"));
        assertEquals(List.of(), named("configmaps", "{\"spec\": {\"hostNetwork\": true}}"));
    }

    private static List<String> named(String family, String body) {
        return NoEffect.of(family, JsonMapper.shared().readTree(body)).stream()
                .map(text -> text.substring(0, text.indexOf(':')))
                .toList();
    }
}
