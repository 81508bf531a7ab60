package dev.serin.controlplane.inject;

import tools.jackson.databind.JsonNode;

import java.util.Map;
import java.util.Set;

/// Whether a pod gets a sidecar. Pure functions; the rules are Istio's.
public final class Selection {
    static final String INJECT = "sidecar.istio.io/inject";
    static final String PROXY = "istio-proxy";

    private static final Set<String> NEVER =
            Set.of("kube-system", "kube-public", "kube-node-lease", "local-path-storage");

    private Selection() {}

    /// The pod's own word (label before annotation) goes before that of its namespace; a pod in the
    /// host's network never gets one, nor does one that has it.
    public static boolean wants(
            JsonNode pod, String namespace, Map<String, String> namespaceLabels, String revision) {
        if (NEVER.contains(namespace)
                || pod.path("spec").path("hostNetwork").asBoolean(false)
                || has(pod, "containers")
                || has(pod, "initContainers")) {
            return false;
        }
        var enabled = namespaceLabels.getOrDefault("istio-injection", "");
        var asked = namespaceLabels.getOrDefault("istio.io/rev", "");
        if (enabled.equals("disabled")) {
            return false;
        }
        var metadata = pod.path("metadata");
        var own = metadata.path("labels").path(INJECT).asString("");
        if (own.isEmpty()) {
            own = metadata.path("annotations").path(INJECT).asString("");
        }
        if (!own.isEmpty()) {
            return own.equals("true");
        }
        var podRevision = metadata.path("labels").path("istio.io/rev").asString("");
        return enabled.equals("enabled") || asked.equals(revision) || podRevision.equals(revision);
    }

    private static boolean has(JsonNode pod, String containers) {
        for (var container : pod.path("spec").path(containers)) {
            if (container.path("name").asString("").equals(PROXY)) {
                return true;
            }
        }
        return false;
    }
}
