package dev.serin.controlplane.inject;

import dev.serin.controlplane.registry.Workload;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

import java.util.ArrayList;
import java.util.Map;

/// The containers and volumes that make a pod's sidecar, or a gateway's only container, as Istio's
/// template has them.
public final class ProxyContainer {
    static final int USER = 1337;

    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    private ProxyContainer() {}

    /// The sidecar of a pod.
    ///
    /// @param probers what the application's probes asked before they were rewritten
    static ObjectNode sidecar(
            ObjectNode pod, Workload workload, JsonNode probers, InjectOptions options) {
        var container = of("sidecar", workload, options);
        var env = (ArrayNode) container.path("env");
        set(env, "ISTIO_META_POD_PORTS", ports(pod).toString());
        set(env, "ISTIO_META_APP_CONTAINERS", names(pod));
        if (!probers.isEmpty()) {
            set(env, "ISTIO_KUBE_APP_PROBERS", probers.toString());
        }
        return container;
    }

    /// A proxy of either kind.
    ///
    /// @param type `sidecar` or `router`
    public static ObjectNode of(String type, Workload workload, InjectOptions options) {
        var container = JSON.objectNode();
        container.put("name", Selection.PROXY).put("image", options.image());
        container
                .putArray("args")
                .add("proxy")
                .add(type)
                .add("--domain")
                .add("$(POD_NAMESPACE).svc.cluster.local")
                .add("--proxyLogLevel=warning")
                .add("--proxyComponentLogLevel=misc:error")
                .add("--log_output_level=default:info");
        container
                .putArray("ports")
                .addObject()
                .put("name", "http-envoy-prom")
                .put("containerPort", 15090)
                .put("protocol", "TCP");
        env(container.putArray("env"), workload, options);
        probe(container.putObject("startupProbe"), 1, 600);
        probe(container.putObject("readinessProbe"), 15, 4);
        var resources = container.putObject("resources");
        resources.putObject("requests").put("cpu", "100m").put("memory", "128Mi");
        resources.putObject("limits").put("cpu", "2").put("memory", "1Gi");
        container
                .putObject("securityContext")
                .put("runAsUser", USER)
                .put("runAsGroup", USER)
                .put("runAsNonRoot", true)
                .put("allowPrivilegeEscalation", false)
                .put("readOnlyRootFilesystem", true)
                .putObject("capabilities")
                .putArray("drop")
                .add("ALL");
        var mounts = container.putArray("volumeMounts");
        mount(mounts, "istiod-ca-cert", "/var/run/secrets/istio");
        mount(mounts, "istio-token", "/var/run/secrets/tokens");
        mount(mounts, "istio-podinfo", "/etc/istio/pod");
        mount(mounts, "istio-data", "/var/lib/istio/data");
        mount(mounts, "istio-envoy", "/etc/istio/proxy");
        return container;
    }

    /// The volumes of either kind of proxy.
    public static ArrayNode volumes() {
        var volumes = JSON.arrayNode();
        volumes.addObject()
                .put("name", "istio-envoy")
                .putObject("emptyDir")
                .put("medium", "Memory");
        volumes.addObject().put("name", "istio-data").putObject("emptyDir");
        var items =
                volumes.addObject()
                        .put("name", "istio-podinfo")
                        .putObject("downwardAPI")
                        .putArray("items");
        items.addObject()
                .put("path", "labels")
                .putObject("fieldRef")
                .put("fieldPath", "metadata.labels");
        items.addObject()
                .put("path", "annotations")
                .putObject("fieldRef")
                .put("fieldPath", "metadata.annotations");
        volumes.addObject()
                .put("name", "istio-token")
                .putObject("projected")
                .putArray("sources")
                .addObject()
                .putObject("serviceAccountToken")
                .put("path", "istio-token")
                .put("expirationSeconds", 43200)
                .put("audience", "istio-ca");
        volumes.addObject()
                .put("name", "istiod-ca-cert")
                .putObject("configMap")
                .put("name", "istio-ca-root-cert");
        return volumes;
    }

    /// Redirects the pod's traffic to the proxy, as its annotations limit it.
    static ObjectNode init(Map<String, String> annotations, InjectOptions options) {
        var prefix = "traffic.sidecar.istio.io/";
        var init = JSON.objectNode();
        init.put("name", "istio-init").put("image", options.image());
        var args = init.putArray("args").add("istio-iptables");
        args.add("-p").add("15001").add("-z").add("15006").add("-u").add(Integer.toString(USER));
        args.add("-m").add("REDIRECT");
        args.add("-i").add(annotations.getOrDefault(prefix + "includeOutboundIPRanges", "*"));
        args.add("-x").add(annotations.getOrDefault(prefix + "excludeOutboundIPRanges", ""));
        args.add("-b").add(annotations.getOrDefault(prefix + "includeInboundPorts", "*"));
        var excluded = annotations.getOrDefault(prefix + "excludeInboundPorts", "");
        args.add("-d").add("15090,15021,15020" + (excluded.isEmpty() ? "" : "," + excluded));
        var outbound = annotations.getOrDefault(prefix + "excludeOutboundPorts", "");
        if (!outbound.isEmpty()) {
            args.add("-o").add(outbound);
        }
        var security =
                init.putObject("securityContext")
                        .put("runAsUser", 0)
                        .put("runAsGroup", 0)
                        .put("runAsNonRoot", false)
                        .put("allowPrivilegeEscalation", false);
        var capabilities = security.putObject("capabilities");
        capabilities.putArray("add").add("NET_ADMIN").add("NET_RAW");
        capabilities.putArray("drop").add("ALL");
        return init;
    }

    private static void env(ArrayNode env, Workload workload, InjectOptions options) {
        set(env, "PILOT_CERT_PROVIDER", "istiod");
        set(env, "CA_ADDR", options.discoveryAddress());
        field(env, "POD_NAME", "metadata.name");
        field(env, "POD_NAMESPACE", "metadata.namespace");
        field(env, "INSTANCE_IP", "status.podIP");
        field(env, "SERVICE_ACCOUNT", "spec.serviceAccountName");
        field(env, "HOST_IP", "status.hostIP");
        set(env, "PROXY_CONFIG", "{\"discoveryAddress\":\"" + options.discoveryAddress() + "\"}");
        set(env, "ISTIO_META_CLUSTER_ID", options.clusterId());
        field(env, "ISTIO_META_NODE_NAME", "spec.nodeName");
        set(env, "ISTIO_META_INTERCEPTION_MODE", "REDIRECT");
        set(env, "ISTIO_META_WORKLOAD_NAME", workload.name());
        set(
                env,
                "ISTIO_META_OWNER",
                "kubernetes://apis/apps/v1/namespaces/"
                        + workload.namespace()
                        + "/deployments/"
                        + workload.name());
        set(env, "ISTIO_META_MESH_ID", options.trustDomain());
        set(env, "TRUST_DOMAIN", options.trustDomain());
    }

    private static ArrayNode ports(JsonNode pod) {
        var ports = JSON.arrayNode();
        for (var container : pod.path("spec").path("containers")) {
            container.path("ports").forEach(p -> ports.add(p.deepCopy()));
        }
        return ports;
    }

    private static String names(JsonNode pod) {
        var names = new ArrayList<String>();
        for (var container : pod.path("spec").path("containers")) {
            names.add(container.path("name").asString(""));
        }
        return String.join(",", names);
    }

    private static void probe(ObjectNode probe, int period, int failures) {
        probe.putObject("httpGet").put("path", "/healthz/ready").put("port", 15021);
        probe.put("periodSeconds", period)
                .put("timeoutSeconds", 3)
                .put("failureThreshold", failures);
    }

    private static void set(ArrayNode env, String name, String value) {
        env.addObject().put("name", name).put("value", value);
    }

    private static void field(ArrayNode env, String name, String path) {
        env.addObject()
                .put("name", name)
                .putObject("valueFrom")
                .putObject("fieldRef")
                .put("fieldPath", path);
    }

    private static void mount(ArrayNode mounts, String name, String path) {
        mounts.addObject().put("name", name).put("mountPath", path);
    }
}
