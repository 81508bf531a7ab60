package dev.serin.local.api.rule;

import tools.jackson.databind.JsonNode;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// Fields that are kept and shown, and change nothing on one machine: what who writes them is told,
/// so that nobody counts on them. Pure.
final class NoEffect {
    private static final Map<String, String> TEMPLATES =
            Map.of(
                    "pods", "spec",
                    "deployments.apps", "spec.template.spec",
                    "replicasets.apps", "spec.template.spec",
                    "statefulsets.apps", "spec.template.spec",
                    "daemonsets.apps", "spec.template.spec",
                    "jobs.batch", "spec.template.spec",
                    "cronjobs.batch", "spec.jobTemplate.spec.template.spec");

    // What a webhook adds is not the writer's.
    private static final List<String> OWN = List.of("istio-proxy", "istio-init");
    private static final String ONE_NODE = "there is one node";
    private static final String SANDBOX =
            "a container has its own network, processes and files, no capability and no new"
                    + " privileges, and shares the machine's kernel settings";

    private final List<String> warnings = new ArrayList<>();

    /// The warnings for a new or changed body.
    static List<String> of(String family, JsonNode body) {
        var found = new NoEffect();
        var template = TEMPLATES.get(family);
        if (template != null) {
            found.pod(body.at("/" + template.replace('.', '/')), template);
        } else if (family.equals("services")) {
            found.service(body.path("spec"));
        }
        return found.warnings;
    }

    private void pod(JsonNode pod, String path) {
        for (var field : List.of("hostNetwork", "hostPID", "hostIPC", "shareProcessNamespace")) {
            given(pod.path(field).asBoolean(false), path, field, SANDBOX);
        }
        for (var field : List.of("podAffinity", "podAntiAffinity")) {
            given(!pod.path("affinity").path(field).isEmpty(), path + ".affinity", field, ONE_NODE);
        }
        given(pod.has("runtimeClassName"), path, "runtimeClassName", SANDBOX);
        given(!pod.path("dnsConfig").isEmpty(), path, "dnsConfig", "names are the mesh's");
        var policy = pod.path("dnsPolicy").asString("ClusterFirst");
        given(!policy.startsWith("ClusterFirst"), path, "dnsPolicy", "names are the mesh's");
        var security = pod.path("securityContext");
        for (var field : List.of("fsGroup", "supplementalGroups", "sysctls", "seLinuxOptions")) {
            given(has(security, field), path + ".securityContext", field, SANDBOX);
        }
        both(security, path + ".securityContext");
        for (var list : List.of("initContainers", "containers")) {
            var number = 0;
            for (var container : pod.path(list)) {
                if (!OWN.contains(container.path("name").asString(""))) {
                    container(container, path + "." + list + "[" + number + "]");
                }
                number++;
            }
        }
    }

    private void container(JsonNode container, String path) {
        var security = container.path("securityContext");
        var of = path + ".securityContext";
        for (var field : List.of("privileged", "readOnlyRootFilesystem")) {
            given(security.path(field).asBoolean(false), of, field, SANDBOX);
        }
        given(
                security.path("allowPrivilegeEscalation").asBoolean(false),
                of,
                "allowPrivilegeEscalation",
                SANDBOX);
        given(has(security.path("capabilities"), "add"), of, "capabilities.add", SANDBOX);
        for (var field : List.of("seLinuxOptions", "procMount")) {
            given(has(security, field), of, field, SANDBOX);
        }
        both(security, of);
        given(has(container, "volumeDevices"), path, "volumeDevices", "there are no devices");
    }

    // What both a pod and a container may say.
    private void both(JsonNode security, String path) {
        for (var field : List.of("seccompProfile", "appArmorProfile")) {
            given(has(security, field), path, field, SANDBOX);
        }
    }

    private void service(JsonNode spec) {
        given(
                spec.path("sessionAffinity").asString("None").equals("ClientIP"),
                "spec",
                "sessionAffinity",
                "each connection goes to the next endpoint");
        for (var field : List.of("externalTrafficPolicy", "internalTrafficPolicy")) {
            given(spec.path(field).asString("").equals("Local"), "spec", field, ONE_NODE);
        }
        var number = 0;
        for (var port : spec.path("ports")) {
            given(
                    port.path("protocol").asString("").equals("SCTP"),
                    "spec.ports[" + number++ + "]",
                    "protocol",
                    "TCP and UDP are served");
        }
    }

    private static boolean has(JsonNode owner, String field) {
        return owner.has(field) && !owner.path(field).isNull();
    }

    private void given(boolean is, String path, String field, String why) {
        if (is) {
            warnings.add(path + "." + field + ": has no effect on one machine: " + why);
        }
    }
}
