package dev.serin.controlplane.registry;

import dev.serin.config.kubernetes.Pod;

import java.util.Map;

/// What runs in a pod, by the names that telemetry and policies use.
///
/// @param name of the Deployment or other controller; the pod's own where there is none
/// @param canonicalName of the service it implements, by its labels
/// @param canonicalRevision of that, `latest` where no label says
public record Workload(
        String name,
        String namespace,
        String canonicalName,
        String canonicalRevision,
        String serviceAccount,
        Map<String, String> labels) {
    private static final String HASH = "pod-template-hash";

    static Workload of(Pod pod) {
        var labels = pod.metadata().labels();
        var controller = pod.controller();
        return of(
                controller == null
                        ? pod.metadata().name()
                        : controllerName(controller.name(), labels),
                pod.metadata().namespace(),
                pod.serviceAccount(),
                labels);
    }

    /// With the canonical names that the labels say.
    public static Workload of(
            String name, String namespace, String serviceAccount, Map<String, String> labels) {
        return new Workload(
                name,
                namespace,
                canonicalName(labels, name),
                canonicalRevision(labels),
                serviceAccount,
                labels);
    }

    public static String canonicalName(Map<String, String> labels, String workload) {
        return first(
                labels,
                workload,
                "service.istio.io/canonical-name",
                "app.kubernetes.io/name",
                "app");
    }

    public static String canonicalRevision(Map<String, String> labels) {
        return first(
                labels,
                "latest",
                "service.istio.io/canonical-revision",
                "app.kubernetes.io/version",
                "version");
    }

    /// A ReplicaSet of a Deployment is named by it and the template's hash.
    public static String controllerName(String name, Map<String, String> labels) {
        var hash = labels.get(HASH);
        return hash != null && name.endsWith("-" + hash)
                ? name.substring(0, name.length() - hash.length() - 1)
                : name;
    }

    private static String first(Map<String, String> labels, String otherwise, String... names) {
        for (var name : names) {
            var value = labels.getOrDefault(name, "");
            if (!value.isEmpty()) {
                return value;
            }
        }
        return otherwise;
    }
}
