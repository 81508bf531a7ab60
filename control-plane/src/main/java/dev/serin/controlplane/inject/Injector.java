package dev.serin.controlplane.inject;

import dev.serin.controlplane.registry.Workload;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

import java.util.LinkedHashMap;
import java.util.Map;

/// Adds the sidecar to a pod. Pure: the pod that is handed in stays as it is.
public final class Injector {
    private static final String STATUS = "sidecar.istio.io/status";
    private static final String REWRITE = "sidecar.istio.io/rewriteAppHTTPProbers";
    private static final String NATIVE = "sidecar.istio.io/nativeSidecar";
    private static final String CAPTURE = "sidecar.serin.dev/capture";

    private final InjectOptions options;

    public Injector(InjectOptions options) {
        this.options = options;
    }

    /// Whether the pod gets a sidecar.
    public boolean wants(JsonNode pod, String namespace, Map<String, String> namespaceLabels) {
        return Selection.wants(pod, namespace, namespaceLabels, options.revision());
    }

    /// The pod with its sidecar, in this order: probes are rewritten before the proxy is told of
    /// them, and the status annotation names everything that was added.
    public ObjectNode inject(ObjectNode written, String namespace) {
        var pod = written.deepCopy();
        var metadata = pod.withObject("metadata");
        var spec = pod.withObject("spec");
        var labels = strings(metadata.path("labels"));
        var annotations = strings(metadata.path("annotations"));
        var workload =
                Workload.of(
                        workloadName(metadata, labels),
                        namespace,
                        spec.path("serviceAccountName").asString("default"),
                        labels);

        var probers = JsonNodeFactory.instance.objectNode();
        if (!annotations.getOrDefault(REWRITE, "true").equals("false")) {
            for (var container : spec.path("containers")) {
                if (container instanceof ObjectNode object) {
                    ProbeRewrite.rewrite(object, probers);
                }
            }
        }

        var proxy = ProxyContainer.sidecar(pod, workload, probers, options);
        image(proxy, annotations);
        var inits = JsonNodeFactory.instance.arrayNode();
        if (!annotations
                .getOrDefault(CAPTURE, options.capture().name())
                .equalsIgnoreCase(InjectOptions.Capture.NODE.name())) {
            inits.add(ProxyContainer.init(annotations, options));
        }
        var nativeSidecar =
                Boolean.parseBoolean(
                        annotations.getOrDefault(
                                NATIVE, Boolean.toString(options.nativeSidecar())));
        if (nativeSidecar) {
            proxy.put("restartPolicy", "Always");
            inits.add(proxy);
        } else {
            spec.withArray("containers").add(proxy);
        }
        if (!inits.isEmpty()) {
            // Before the application's own: these may want the network.
            var all = inits.deepCopy();
            spec.path("initContainers").forEach(all::add);
            spec.set("initContainers", all);
        }
        var volumes = ProxyContainer.volumes();
        volumes.forEach(spec.withArray("volumes")::add);

        metadata.withObject("labels")
                .put("security.istio.io/tlsMode", "istio")
                .put("service.istio.io/canonical-name", workload.canonicalName())
                .put("service.istio.io/canonical-revision", workload.canonicalRevision());
        annotate(metadata, spec, status(inits, nativeSidecar, volumes));
        return pod;
    }

    private void annotate(ObjectNode metadata, ObjectNode spec, String status) {
        var annotations = metadata.withObject("annotations");
        annotations.put("istio.io/rev", options.revision()).put(STATUS, status);
        var first = spec.path("containers").path(0).path("name").asString("");
        for (var name :
                new String[] {
                    "kubectl.kubernetes.io/default-container",
                    "kubectl.kubernetes.io/default-logs-container"
                }) {
            if (!annotations.has(name)) {
                annotations.put(name, first);
            }
        }
        if (!annotations.has("prometheus.io/scrape")) {
            annotations
                    .put("prometheus.io/scrape", "true")
                    .put("prometheus.io/port", "15020")
                    .put("prometheus.io/path", "/stats/prometheus");
        }
    }

    private String status(ArrayNode inits, boolean nativeSidecar, ArrayNode volumes) {
        var status = JsonNodeFactory.instance.objectNode();
        var initNames = status.putArray("initContainers");
        inits.forEach(c -> initNames.add(c.path("name").asString("")));
        var containers = status.putArray("containers");
        if (!nativeSidecar) {
            containers.add(Selection.PROXY);
        }
        var names = status.putArray("volumes");
        volumes.forEach(v -> names.add(v.path("name").asString("")));
        return status.putNull("imagePullSecrets").put("revision", options.revision()).toString();
    }

    private static void image(ObjectNode proxy, Map<String, String> annotations) {
        var image = annotations.getOrDefault("sidecar.istio.io/proxyImage", "");
        if (!image.isEmpty()) {
            proxy.put("image", image);
        }
        resource(proxy, annotations, "proxyCPU", "requests", "cpu");
        resource(proxy, annotations, "proxyMemory", "requests", "memory");
        resource(proxy, annotations, "proxyCPULimit", "limits", "cpu");
        resource(proxy, annotations, "proxyMemoryLimit", "limits", "memory");
    }

    private static void resource(
            ObjectNode proxy,
            Map<String, String> annotations,
            String annotation,
            String kind,
            String name) {
        var value = annotations.getOrDefault("sidecar.istio.io/" + annotation, "");
        if (!value.isEmpty()) {
            ((ObjectNode) proxy.path("resources").path(kind)).put(name, value);
        }
    }

    /// By the controller; a pod without one is its own workload.
    private static String workloadName(ObjectNode metadata, Map<String, String> labels) {
        for (var owner : metadata.path("ownerReferences")) {
            if (owner.path("controller").asBoolean(false)) {
                return Workload.controllerName(owner.path("name").asString(""), labels);
            }
        }
        var name = metadata.path("name").asString("");
        return name.isEmpty() ? metadata.path("generateName").asString("") : name;
    }

    private static Map<String, String> strings(JsonNode node) {
        var strings = new LinkedHashMap<String, String>();
        node.properties().forEach(p -> strings.put(p.getKey(), p.getValue().asString("")));
        return strings;
    }
}
