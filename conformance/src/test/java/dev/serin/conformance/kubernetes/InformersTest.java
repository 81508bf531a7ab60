package dev.serin.conformance.kubernetes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.serin.testkit.Eventually;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.ServiceAccountBuilder;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.coordination.v1.LeaseBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.Watcher;
import io.fabric8.kubernetes.client.WatcherException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;

/// The fabric8 client, which the control plane uses on a cluster, on a real kube-apiserver and on
/// the local API: the same must hold of both.
@Tag("kubernetes")
class InformersTest {
    private static final Duration SOON = Duration.ofSeconds(30);
    private static final String REAL = "real";
    private static final String LOCAL = "local";

    private static RealKubernetes real;
    private static LocalKubernetes local;

    @BeforeAll
    static void start(@TempDir Path folder) throws Exception {
        real = RealKubernetes.built(folder.resolve(REAL));
        local = new LocalKubernetes(folder.resolve(LOCAL));
    }

    @AfterAll
    static void stop() {
        local.close();
        real.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {REAL, LOCAL})
    void informersSeeWhatIsThereAndEveryChangeInOrder(String api) {
        try (var client = client(api, "order")) {
            var maps = client.configMaps();
            var pods = client.pods();
            var deployments = client.apps().deployments();
            maps.resource(Fabric8.map("before", "1")).create();
            var told = new CopyOnWriteArrayList<String>();
            var podsTold = new CopyOnWriteArrayList<String>();
            var deploymentsTold = new CopyOnWriteArrayList<String>();
            try (var ofMaps = maps.withLabel("mine").inform(new Recorder<>(told));
                    var ofPods = pods.inform(new Recorder<>(podsTold));
                    var ofDeployments = deployments.inform(new Recorder<>(deploymentsTold))) {
                maps.resource(Fabric8.map("one", "1")).create();
                maps.withName("one").edit(m -> new ConfigMapBuilder(m).addToData("a", "2").build());
                maps.withName("one").edit(m -> new ConfigMapBuilder(m).addToData("a", "3").build());
                maps.withName("before").delete();
                // Leaving the selection is a removal too.
                maps.withName("one")
                        .edit(m ->
                                new ConfigMapBuilder(m)
                                        .editMetadata()
                                        .removeFromLabels("mine")
                                        .endMetadata()
                                        .build());
                pods.resource(Fabric8.pod("alone")).create();
                pods.withName("alone")
                        .editStatus(p ->
                                new PodBuilder(p)
                                        .editOrNewStatus()
                                        .withPhase("Running")
                                        .endStatus()
                                        .build());
                pods.withName("alone").withGracePeriod(0).delete();
                deployments.resource(Fabric8.deployment("web")).create();
                deployments.withName("web").scale(3);
                deployments.withName("web").delete();
                await(
                        told,
                        List.of(
                                "+ before 1",
                                "+ one 1",
                                "~ one 2",
                                "~ one 3",
                                "- before",
                                "- one"));
                // A real one says that a pod is going before it is gone, ours only that it is gone.
                Eventually.eventually(SOON, "the pod's end", () -> podsTold.contains("- alone"));
                assertEquals(
                        List.of("+ alone Pending", "~ alone Running", "- alone"),
                        podsTold.stream().distinct().toList());
                await(deploymentsTold, List.of("+ web 1", "~ web 3", "- web"));
                assertTrue(
                        ofMaps.isWatching() && ofPods.isWatching() && ofDeployments.isWatching());
                assertTrue(ofMaps.getStore().list().isEmpty());
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {REAL, LOCAL})
    void anInformerCatchesUpWhenItsConnectionIsCut(String api) throws Exception {
        try (var client = client(api, "cut");
                var cable = new Cable(URI.create(api(api).url()).getPort());
                var far = Fabric8.connect(api(api), "https://127.0.0.1:" + cable.port(), "cut")) {
            client.configMaps().resource(Fabric8.map("one", "1")).create();
            client.configMaps().resource(Fabric8.map("two", "1")).create();
            var told = new CopyOnWriteArrayList<String>();
            try (var informer = far.configMaps().withLabel("mine").inform(new Recorder<>(told))) {
                await(told, List.of("+ one 1", "+ two 1"));
                cable.cut();
                client.configMaps().withName("one").delete();
                client.configMaps()
                        .withName("two")
                        .edit(m -> new ConfigMapBuilder(m).addToData("a", "2").build());
                client.configMaps().resource(Fabric8.map("three", "1")).create();
                // What was missed is told in no order, whether the watch goes on or the list is
                // read again.
                Eventually.eventually(SOON, "three more", () -> told.size() >= 5);
                assertEquals(
                        Set.of("- one", "~ two 2", "+ three 1"),
                        Set.copyOf(told.subList(2, told.size())));
                cable.cut();
                cable.cut();
                client.configMaps().withName("three").delete();
                Eventually.eventually(SOON, "told " + told, () -> told.contains("- three"));
                assertEquals(
                        List.of("two"),
                        informer.getStore().list().stream()
                                .map(m -> m.getMetadata().getName())
                                .toList());
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {REAL, LOCAL})
    void aWatchFromAnOldVersionTellsWhatCameAfterIt(String api) {
        try (var client = client(api, "old")) {
            var first = client.configMaps().resource(Fabric8.map("one", "1")).create();
            client.configMaps().resource(Fabric8.map("two", "1")).create();
            client.configMaps().withName("one").delete();
            var told = new CopyOnWriteArrayList<String>();
            try (var _ =
                    client.configMaps()
                            .withLabel("mine")
                            .withResourceVersion(first.getMetadata().getResourceVersion())
                            .watch(new Teller(told))) {
                client.configMaps().resource(Fabric8.map("three", "1")).create();
                await(told, List.of("ADDED two", "DELETED one", "ADDED three"));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {REAL, LOCAL})
    void aWriteFromAnOldStateIsRefused(String api) {
        try (var client = client(api, "lock")) {
            var maps = client.configMaps();
            var old = maps.resource(Fabric8.map("one", "1")).create();
            var current =
                    maps.withName("one")
                            .edit(m -> new ConfigMapBuilder(m).addToData("a", "2").build());
            assertNotEquals(
                    old.getMetadata().getResourceVersion(),
                    current.getMetadata().getResourceVersion());
            var stale =
                    refused(() ->
                            maps.resource(new ConfigMapBuilder(old).addToData("a", "3").build())
                                    .lockResourceVersion()
                                    .update());
            assertEquals(409, stale.getCode());
            assertEquals("Conflict", stale.getStatus().getReason());
            assertEquals(
                    "Operation cannot be fulfilled on configmaps \"one\": the object has been"
                            + " modified; please apply your changes to the latest version and try"
                            + " again",
                    stale.getStatus().getMessage());
            assertEquals(
                    409, refused(() -> maps.resource(Fabric8.map("one", "1")).create()).getCode());
            assertEquals(
                    404, refused(() -> maps.resource(Fabric8.map("no", "1")).update()).getCode());
            var same = maps.resource(current).update();
            assertEquals(
                    current.getMetadata().getResourceVersion(),
                    same.getMetadata().getResourceVersion(),
                    "a write that changes nothing");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {REAL, LOCAL})
    void patchesOfEachForm(String api) {
        try (var client = client(api, "patch")) {
            var web = client.apps().deployments().resource(Fabric8.deployment("web"));
            web.create();
            var scaled =
                    web.patch(
                            PatchContext.of(PatchType.JSON),
                            "[{\"op\":\"test\",\"path\":\"/spec/replicas\",\"value\":1},"
                                + "{\"op\":\"replace\",\"path\":\"/spec/replicas\",\"value\":4}]");
            assertEquals(4, scaled.getSpec().getReplicas());
            assertEquals(2, scaled.getMetadata().getGeneration());
            assertEquals(
                    422,
                    refused(() ->
                                    web.patch(
                                            PatchContext.of(PatchType.JSON),
                                            "[{\"op\":\"test\",\"path\":\"/spec/replicas\","
                                                    + "\"value\":9}]"))
                            .getCode());
            var two =
                    web.patch(
                            PatchContext.of(PatchType.STRATEGIC_MERGE),
                            "{\"spec\":{\"template\":{\"spec\":{\"containers\":["
                                    + "{\"name\":\"b\",\"image\":\"busybox\"}]}}}}");
            assertEquals(List.of("b", "a"), containers(two));
            var one =
                    web.patch(
                            PatchContext.of(PatchType.JSON_MERGE),
                            "{\"spec\":{\"template\":{\"spec\":{\"containers\":["
                                    + "{\"name\":\"a\",\"image\":\"busybox:2\"}]}}}}");
            assertEquals(List.of("a"), containers(one));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {REAL, LOCAL})
    void serverSideApplyKnowsItsOwners(String api) {
        try (var client = client(api, "apply")) {
            var made = apply(client, "a", Map.of("x", "1", "y", "1"), false);
            assertEquals(Map.of("x", "1", "y", "1"), made.getData());
            apply(client, "b", Map.of("z", "1"), false);
            var conflict = refused(() -> apply(client, "b", Map.of("x", "2"), false));
            assertEquals(409, conflict.getCode());
            assertEquals(
                    "Apply failed with 1 conflict: conflict with \"a\": .data.x",
                    conflict.getStatus().getMessage());
            assertEquals(
                    "FieldManagerConflict",
                    conflict.getStatus().getDetails().getCauses().getFirst().getReason());
            // b takes x over, and says nothing of z any more.
            var forced = apply(client, "b", Map.of("x", "2"), true);
            assertEquals(Map.of("x", "2", "y", "1"), forced.getData());
            assertEquals(Map.of("x", "2"), apply(client, "a", Map.of(), false).getData());
            assertEquals(
                    List.of("b Apply"),
                    client
                            .configMaps()
                            .withName("owned")
                            .get()
                            .getMetadata()
                            .getManagedFields()
                            .stream()
                            .map(f -> f.getManager() + " " + f.getOperation())
                            .toList());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {REAL, LOCAL})
    void aLeaseIsTakenAndKept(String api) {
        try (var client = client(api, "lease")) {
            var leases = client.leases();
            var now = ZonedDateTime.of(2026, 1, 2, 3, 4, 5, 6000, ZoneOffset.UTC);
            var taken =
                    leases.resource(
                                    new LeaseBuilder()
                                            .withNewMetadata()
                                            .withName("leader")
                                            .endMetadata()
                                            .withNewSpec()
                                            .withHolderIdentity("a")
                                            .withLeaseDurationSeconds(15)
                                            .withRenewTime(now)
                                            .endSpec()
                                            .build())
                            .create();
            assertEquals(now, taken.getSpec().getRenewTime().withZoneSameInstant(ZoneOffset.UTC));
            var kept =
                    leases.resource(
                                    new LeaseBuilder(taken)
                                            .editSpec()
                                            .withRenewTime(now.plusSeconds(5))
                                            .endSpec()
                                            .build())
                            .lockResourceVersion()
                            .update();
            assertEquals("a", kept.getSpec().getHolderIdentity());
            var thief =
                    new LeaseBuilder(taken).editSpec().withHolderIdentity("b").endSpec().build();
            assertEquals(
                    409,
                    refused(() -> leases.resource(thief).lockResourceVersion().update()).getCode());
        }
    }

    private static ConfigMap apply(
            KubernetesClient client, String manager, Map<String, String> data, boolean force) {
        return client.configMaps()
                .resource(
                        new ConfigMapBuilder()
                                .withNewMetadata()
                                .withName("owned")
                                .endMetadata()
                                .withData(data)
                                .build())
                .patch(
                        new PatchContext.Builder()
                                .withPatchType(PatchType.SERVER_SIDE_APPLY)
                                .withFieldManager(manager)
                                .withForce(force)
                                .build());
    }

    private static List<String> containers(Deployment deployment) {
        var all = new ArrayList<String>();
        deployment
                .getSpec()
                .getTemplate()
                .getSpec()
                .getContainers()
                .forEach(c -> all.add(c.getName()));
        return all;
    }

    private static KubernetesClientException refused(
            org.junit.jupiter.api.function.Executable write) {
        return assertThrows(KubernetesClientException.class, write);
    }

    private static void await(List<String> told, List<String> expected) {
        Eventually.eventually(SOON, "all events", () -> told.size() >= expected.size());
        assertEquals(expected, told);
    }

    private static Kubernetes api(String name) {
        return name.equals(REAL) ? real : local;
    }

    /// In a namespace of its own, with the service account that a controller would make.
    private static KubernetesClient client(String name, String namespace) {
        var client = Fabric8.connect(api(name), api(name).url(), namespace);
        client.resource(
                        new NamespaceBuilder()
                                .withNewMetadata()
                                .withName(namespace)
                                .endMetadata()
                                .build())
                .create();
        client.resource(
                        new ServiceAccountBuilder()
                                .withNewMetadata()
                                .withName("default")
                                .endMetadata()
                                .build())
                .create();
        return client;
    }

    /// One line a change: what happened, to which, and what it says now.
    private record Recorder<T extends HasMetadata>(List<String> told)
            implements ResourceEventHandler<T> {
        @Override
        public void onAdd(T it) {
            told.add("+ " + said(it));
        }

        @Override
        public void onUpdate(T old, T it) {
            told.add("~ " + said(it));
        }

        @Override
        public void onDelete(T it, boolean unknown) {
            told.add("- " + it.getMetadata().getName());
        }

        private static String said(HasMetadata it) {
            return it.getMetadata().getName()
                    + " "
                    + switch (it) {
                        case ConfigMap map -> map.getData().get("a");
                        case Pod pod -> pod.getStatus().getPhase();
                        case Deployment deployment -> deployment.getSpec().getReplicas();
                        default -> "";
                    };
        }
    }

    /// One line an event of a plain watch.
    private record Teller(List<String> told) implements Watcher<ConfigMap> {
        @Override
        public void eventReceived(Action action, ConfigMap map) {
            told.add(action + " " + map.getMetadata().getName());
        }

        @Override
        public void onClose(WatcherException cause) {
            told.add("closed: " + cause);
        }
    }
}
