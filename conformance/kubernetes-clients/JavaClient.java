import io.kubernetes.client.Exec;
import io.kubernetes.client.PodLogs;
import io.kubernetes.client.PortForward;
import io.kubernetes.client.custom.V1Patch;
import io.kubernetes.client.informer.ResourceEventHandler;
import io.kubernetes.client.informer.SharedInformerFactory;
import io.kubernetes.client.openapi.ApiClient;
import io.kubernetes.client.openapi.ApiException;
import io.kubernetes.client.openapi.apis.AppsV1Api;
import io.kubernetes.client.openapi.apis.CoreV1Api;
import io.kubernetes.client.openapi.models.V1ConfigMap;
import io.kubernetes.client.openapi.models.V1ConfigMapList;
import io.kubernetes.client.openapi.models.V1Deployment;
import io.kubernetes.client.openapi.models.V1Namespace;
import io.kubernetes.client.openapi.models.V1ObjectMeta;
import io.kubernetes.client.util.CallGeneratorParams;
import io.kubernetes.client.util.Config;
import io.kubernetes.client.util.PatchUtils;
import io.kubernetes.client.util.Watch;
import io.kubernetes.client.util.Yaml;
import io.kubernetes.client.util.generic.GenericKubernetesApi;
import io.kubernetes.client.util.generic.dynamic.DynamicKubernetesApi;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/// What programs written with the official Java client do with a Kubernetes API, one step after the other. Each step prints
/// what it saw; the same must be printed on every API. Arguments: KUBECONFIG NAMESPACE, or for what a running pod can be
/// asked KUBECONFIG NAMESPACE POD CONTAINER PORT.
public final class JavaClient {
    private final ApiClient client;
    private final CoreV1Api core;
    private final AppsV1Api apps;
    private final String namespace;

    private JavaClient(ApiClient client, String namespace) {
        this.client = client;
        this.core = new CoreV1Api(client);
        this.apps = new AppsV1Api(client);
        this.namespace = namespace;
    }

    public static void main(String[] args) throws Exception {
        var client = Config.fromConfig(args[0]);
        client.setReadTimeout(0);
        var it = new JavaClient(client, args[1]);
        if (args.length > 2) {
            it.streams(args[2], args[3], Integer.parseInt(args[4]));
        } else {
            it.all();
        }
        System.exit(0); // the threads of informers and of the HTTP client would go on
    }

    private void all() throws Exception {
        core.createNamespace(new V1Namespace().metadata(new V1ObjectMeta().name(namespace))).execute();
        say("# crud");
        crud();
        say("# watch");
        watch();
        say("# informer");
        informer();
        say("# patches");
        patches();
        say("# generic");
        generic();
        say("# pages");
        pages();
    }

    private static void say(Object what) {
        System.out.println(what);
    }

    private static V1ConfigMap map(String name, String value) {
        return new V1ConfigMap()
                .metadata(new V1ObjectMeta().name(name).labels(Map.of("set", "java")))
                .data(Map.of("a", value));
    }

    private void crud() throws Exception {
        var made = core.createNamespacedConfigMap(namespace, map("one", "1")).execute();
        made.setData(Map.of("a", "2"));
        var replaced = core.replaceNamespacedConfigMap("one", namespace, made).execute();
        say(replaced.getData());
        try {
            core.replaceNamespacedConfigMap("one", namespace, made).execute();
        } catch (ApiException e) {
            say(e.getCode());
        }
        try {
            core.readNamespacedConfigMap("none", namespace).execute();
        } catch (ApiException e) {
            say(e.getCode() + " " + e.getResponseBody().contains("\"reason\":\"NotFound\""));
        }
        say(core.listNamespacedConfigMap(namespace).labelSelector("set=java").execute().getItems().size());
        say(core.deleteNamespacedConfigMap("one", namespace).execute().getStatus());
    }

    private void watch() throws Exception {
        var version = core.listNamespacedConfigMap(namespace).execute().getMetadata().getResourceVersion();
        try (var watch =
                Watch.<V1ConfigMap>createWatch(
                        client,
                        core.listNamespacedConfigMap(namespace)
                                .labelSelector("set=java")
                                .resourceVersion(version)
                                .timeoutSeconds(60)
                                .watch(true)
                                .buildCall(null),
                        type())) {
            core.createNamespacedConfigMap(namespace, map("watched", "1")).execute();
            core.deleteNamespacedConfigMap("watched", namespace).execute();
            for (var i = 0; i < 2; i++) {
                var event = watch.next();
                say(event.type + " " + event.object.getMetadata().getName());
            }
        }
    }

    private static java.lang.reflect.Type type() {
        return com.google.gson.reflect.TypeToken.getParameterized(Watch.Response.class, V1ConfigMap.class).getType();
    }

    private void informer() throws Exception {
        var lines = new LinkedBlockingQueue<String>();
        var factory = new SharedInformerFactory(client);
        var informer =
                factory.sharedIndexInformerFor(
                        (CallGeneratorParams params) ->
                                core.listNamespacedConfigMap(namespace)
                                        .labelSelector("set=java")
                                        .resourceVersion(params.resourceVersion)
                                        .timeoutSeconds(params.timeoutSeconds)
                                        .watch(params.watch)
                                        .buildCall(null),
                        V1ConfigMap.class,
                        V1ConfigMapList.class);
        informer.addEventHandler(
                new ResourceEventHandler<V1ConfigMap>() {
                    @Override
                    public void onAdd(V1ConfigMap map) {
                        lines.add("+ " + map.getMetadata().getName());
                    }

                    @Override
                    public void onUpdate(V1ConfigMap old, V1ConfigMap map) {
                        lines.add("~ " + map.getMetadata().getName() + " " + map.getData());
                    }

                    @Override
                    public void onDelete(V1ConfigMap map, boolean unknown) {
                        lines.add("- " + map.getMetadata().getName());
                    }
                });
        core.createNamespacedConfigMap(namespace, map("before", "1")).execute();
        factory.startAllRegisteredInformers();
        say(lines.poll(30, TimeUnit.SECONDS));
        core.createNamespacedConfigMap(namespace, map("after", "1")).execute();
        say(lines.poll(30, TimeUnit.SECONDS));
        core.replaceNamespacedConfigMap("after", namespace, map("after", "2")).execute();
        say(lines.poll(30, TimeUnit.SECONDS));
        core.deleteNamespacedConfigMap("before", namespace).execute();
        say(lines.poll(30, TimeUnit.SECONDS));
        say(informer.getIndexer().list().size());
        factory.stopAllRegisteredInformers();
    }

    private void patches() throws Exception {
        var written =
                (V1Deployment)
                        Yaml.load(
                                """
                                apiVersion: apps/v1
                                kind: Deployment
                                metadata: {name: web}
                                spec:
                                  selector: {matchLabels: {app: web}}
                                  template:
                                    metadata: {labels: {app: web}}
                                    spec: {containers: [{name: a, image: busybox}]}
                                """);
        apps.createNamespacedDeployment(namespace, written).execute();
        patch(V1Patch.PATCH_FORMAT_JSON_PATCH, "[{\"op\":\"replace\",\"path\":\"/spec/replicas\",\"value\":2}]");
        patch(V1Patch.PATCH_FORMAT_JSON_MERGE_PATCH, "{\"spec\":{\"replicas\":3}}");
        patch(
                V1Patch.PATCH_FORMAT_STRATEGIC_MERGE_PATCH,
                "{\"spec\":{\"template\":{\"spec\":{\"containers\":[{\"name\":\"b\",\"image\":\"busybox\"}]}}}}");
        patch(
                V1Patch.PATCH_FORMAT_APPLY_YAML,
                "{\"apiVersion\":\"apps/v1\",\"kind\":\"Deployment\",\"metadata\":{\"name\":\"web\"},\"spec\":{\"replicas\":4}}");
        var scale = apps.readNamespacedDeploymentScale("web", namespace).execute();
        scale.getSpec().setReplicas(5);
        say(apps.replaceNamespacedDeploymentScale("web", namespace, scale).execute().getSpec().getReplicas());
    }

    private void patch(String format, String text) throws Exception {
        var patched =
                PatchUtils.patch(
                        V1Deployment.class,
                        () -> {
                            var request = apps.patchNamespacedDeployment("web", namespace, new V1Patch(text));
                            return (format.equals(V1Patch.PATCH_FORMAT_APPLY_YAML)
                                            ? request.fieldManager("java").force(true)
                                            : request)
                                    .buildCall(null);
                        },
                        format,
                        client);
        var names = new ArrayList<String>();
        patched.getSpec().getTemplate().getSpec().getContainers().forEach(c -> names.add(c.getName()));
        Collections.sort(names);
        say(patched.getSpec().getReplicas() + " " + names + " " + patched.getMetadata().getGeneration());
    }

    private void generic() throws Exception {
        var maps =
                new GenericKubernetesApi<>(
                        V1ConfigMap.class, V1ConfigMapList.class, "", "v1", "configmaps", client);
        say(maps.get(namespace, "after").getObject().getData());
        say(maps.get(namespace, "none").getHttpStatusCode());
        var deployments = new DynamicKubernetesApi("apps", "v1", "deployments", client);
        say(deployments.get(namespace, "web").getObject().getRaw().getAsJsonObject("spec").get("replicas"));
        say(deployments.list(namespace).getObject().getItems().size());
        say(maps.delete(namespace, "after").isSuccess());
    }

    private void pages() throws Exception {
        for (var i = 0; i < 5; i++) {
            core.createNamespacedConfigMap(namespace, map("page-" + i, "1")).execute();
        }
        var pages = new ArrayList<Integer>();
        String next = null;
        do {
            var list =
                    core.listNamespacedConfigMap(namespace)
                            .labelSelector("set=java")
                            .limit(2)
                            ._continue(next)
                            .execute();
            pages.add(list.getItems().size());
            next = list.getMetadata().getContinue();
        } while (next != null && !next.isEmpty());
        say(pages);
    }

    private void streams(String pod, String container, int port) throws Exception {
        say("# exec");
        var process =
                new Exec(client)
                        .exec(
                                namespace,
                                pod,
                                new String[] {"sh", "-c", "head -n 1; echo and errors >&2; exit 3"},
                                container,
                                true,
                                false);
        // Its streams must be asked for while it runs.
        var out = process.getInputStream();
        var errors = process.getErrorStream();
        process.getOutputStream().write("words on the way\n".getBytes(StandardCharsets.UTF_8));
        process.getOutputStream().flush();
        System.out.print(text(out.readAllBytes()));
        System.out.print(text(errors.readAllBytes()));
        say(process.waitFor());
        say("# port-forward");
        var forwarded = new PortForward(client).forward(namespace, pod, List.of(port));
        forwarded
                .getOutboundStream(port)
                .write("GET / HTTP/1.0\r\n\r\n".getBytes(StandardCharsets.UTF_8));
        forwarded.getOutboundStream(port).flush();
        say(text(forwarded.getInputStream(port).readNBytes(8)).replaceAll("HTTP/1.. ?", "HTTP"));
        say("# log");
        var log = core.readNamespacedPodLog(pod, namespace).container(container).tailLines(1).execute();
        say(log.lines().count() + " line");
        // This one follows, so that it has no end.
        var followed = new PodLogs(client).streamNamespacedPodLog(namespace, pod, container, null, 1, false);
        say(new BufferedReader(new InputStreamReader(followed, StandardCharsets.UTF_8)).readLine().isEmpty());
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
