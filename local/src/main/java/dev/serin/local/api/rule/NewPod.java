package dev.serin.local.api.rule;

import dev.serin.base.chance.Draw;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

import java.util.HashSet;
import java.util.List;

/// What a pod is given when it is made: its service account with a token, and a first status.
final class NewPod {
    /// Where programs look for the API's address and their token.
    private static final String ACCOUNT = "/var/run/secrets/kubernetes.io/serviceaccount";

    private static final String PREFIX = "kube-api-access-";
    private static final String LETTERS = "bcdfghjklmnpqrstvwxz2456789";
    private static final int LIFETIME = 3607;

    private NewPod() {}

    static void complete(ObjectNode body, Draw letters, boolean hasTokens) {
        if (!(body.get("spec") instanceof ObjectNode spec)) {
            return;
        }
        if (Rules.isBlank(spec, "serviceAccountName")) {
            spec.put("serviceAccountName", spec.path("serviceAccount").asString("default"));
        }
        if (hasTokens && spec.path("automountServiceAccountToken").asBoolean(true)) {
            token(spec, letters);
        }
        if (!spec.has("priority")) {
            spec.put("priority", 0);
            spec.put("preemptionPolicy", "PreemptLowerPriority");
        }
        tolerate(spec, "node.kubernetes.io/not-ready");
        tolerate(spec, "node.kubernetes.io/unreachable");
    }

    /// Into every container that has nothing there yet.
    private static void token(ObjectNode spec, Draw letters) {
        var name = "";
        for (var volume : spec.path("volumes")) {
            if (volume.path("name").asString("").startsWith(PREFIX)) {
                name = volume.path("name").asString("");
            }
        }
        var made = name.isEmpty();
        if (made) {
            var random = new StringBuilder(PREFIX);
            for (int i = 0; i < 5; i++) {
                random.append(LETTERS.charAt(letters.below(LETTERS.length())));
            }
            name = random.toString();
        }
        var used = false;
        for (var list : List.of("initContainers", "containers")) {
            for (var container : spec.path(list)) {
                if (container instanceof ObjectNode object && !mounts(object)) {
                    object.withArray("/volumeMounts")
                            .addObject()
                            .put("name", name)
                            .put("readOnly", true)
                            .put("mountPath", ACCOUNT);
                    used = true;
                }
            }
        }
        if (made && used) {
            volume(spec.withArray("/volumes").addObject().put("name", name));
        }
    }

    private static boolean mounts(ObjectNode container) {
        for (var mount : container.path("volumeMounts")) {
            if (mount.path("mountPath").asString("").equals(ACCOUNT)) {
                return true;
            }
        }
        return false;
    }

    private static void volume(ObjectNode volume) {
        var projected = volume.putObject("projected");
        var sources = projected.putArray("sources");
        sources.addObject()
                .putObject("serviceAccountToken")
                .put("expirationSeconds", LIFETIME)
                .put("path", "token");
        var ca = sources.addObject().putObject("configMap").put("name", "kube-root-ca.crt");
        ca.putArray("items").addObject().put("key", "ca.crt").put("path", "ca.crt");
        var items = sources.addObject().putObject("downwardAPI").putArray("items");
        items.addObject()
                .put("path", "namespace")
                .putObject("fieldRef")
                .put("apiVersion", "v1")
                .put("fieldPath", "metadata.namespace");
        projected.put("defaultMode", 420);
    }

    private static void tolerate(ObjectNode spec, String key) {
        for (var toleration : spec.path("tolerations")) {
            if (toleration.path("key").asString("").equals(key)) {
                return;
            }
        }
        spec.withArray("/tolerations")
                .addObject()
                .put("key", key)
                .put("operator", "Exists")
                .put("effect", "NoExecute")
                .put("tolerationSeconds", 300);
    }

    static void status(ObjectNode body) {
        body.putObject("status")
                .put("phase", "Pending")
                .put("qosClass", quality(body.path("spec")));
    }

    /// Guaranteed when every container's limits are its requests, BestEffort when none says
    /// anything.
    private static String quality(JsonNode spec) {
        var kinds = new HashSet<String>();
        for (var container : spec.path("containers")) {
            var limits = container.path("resources").path("limits");
            var requests = container.path("resources").path("requests");
            if (limits.isEmpty() && requests.isEmpty()) {
                kinds.add("BestEffort");
            } else if (limits.has("cpu")
                    && limits.has("memory")
                    && (requests.isEmpty() || requests.equals(limits))) {
                kinds.add("Guaranteed");
            } else {
                kinds.add("Burstable");
            }
        }
        return kinds.size() == 1 ? kinds.iterator().next() : "Burstable";
    }
}
