package dev.serin.local.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.serin.base.chance.Draws;
import dev.serin.base.time.Ticker;
import dev.serin.local.api.wire.Sockets;
import dev.serin.testkit.Eventually;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.Watcher;
import io.fabric8.kubernetes.client.WatcherException;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.jdkhttp.JdkHttpClientFactory;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

/// The API as the fabric8 client sees it: the one that the control plane uses on a cluster.
class Fabric8Test {
    private static final Duration SOON = Duration.ofSeconds(10);

    @TempDir Path folder;
    private LocalApi api;
    private KubernetesClient client;

    @BeforeEach
    void open() throws Exception {
        var keys = TestKeys.make(folder, "ip:127.0.0.1");
        api = new LocalApi(new LocalApi.Options(folder, Ticker.system(), Draws.system()));
        var address =
                api.start(
                        Sockets.ofMachine(),
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                        keys.server(),
                        "secret");
        var config =
                Config.fromKubeconfig(
                        new Kubeconfig(
                                        "test",
                                        "https://127.0.0.1:" + address.getPort(),
                                        keys.certificate(),
                                        "secret")
                                .text());
        client =
                new KubernetesClientBuilder()
                        .withConfig(config)
                        .withHttpClientFactory(new JdkHttpClientFactory())
                        .build();
    }

    @AfterEach
    void close() {
        client.close();
        api.close();
    }

    @Test
    void anInformerSeesWhatIsThereAndEveryChange() {
        var maps = client.configMaps().inNamespace("default");
        maps.resource(map("one", "1")).create();
        var told = new CopyOnWriteArrayList<String>();
        try (var informer = maps.inform(recorder(told))) {
            maps.resource(map("two", "1")).create();
            maps.withName("two").edit(m -> new ConfigMapBuilder(m).addToData("a", "2").build());
            maps.withName("two").delete();
            Eventually.eventually(SOON, "removal, told " + told, () -> told.contains("- two"));
            assertTrue(informer.isWatching());
        }
        assertEquals(List.of("+ one", "+ two", "~ two", "- two"), told);
    }

    @Test
    void aWatchIsToldOfAnAddition() {
        var told = new CopyOnWriteArrayList<String>();
        try (var watch =
                client.configMaps()
                        .inNamespace("default")
                        .withResourceVersion(
                                Long.toString(
                                        api
                                                .client("test")
                                                .list(
                                                        new dev.serin.config.ResourceKind(
                                                                "",
                                                                "v1",
                                                                "Namespace",
                                                                "namespaces",
                                                                false),
                                                        null,
                                                        Map.of())
                                                .stream()
                                                .mapToLong(n -> Long.parseLong(n.resourceVersion()))
                                                .max()
                                                .orElseThrow()))
                        .watch(
                                new Watcher<>() {
                                    @Override
                                    public void eventReceived(Action action, ConfigMap map) {
                                        told.add(action + " " + map.getMetadata().getName());
                                    }

                                    @Override
                                    public void onClose(WatcherException cause) {
                                        told.add("closed " + cause.isHttpGone());
                                    }
                                })) {
            client.configMaps().inNamespace("default").resource(map("one", "1")).create();
            Eventually.eventually(SOON, "added", () -> told.contains("ADDED one"));
            assertNotNull(watch);
        }
    }

    @Test
    void writesAreLockedPatchedListedAndDeleted() {
        var maps = client.configMaps().inNamespace("default");
        var one = maps.resource(map("one", "1")).create();
        assertThrows(
                KubernetesClientException.class, () -> maps.resource(map("one", "1")).create());
        maps.withName("one").edit(m -> new ConfigMapBuilder(m).addToData("b", "2").build());
        assertEquals(Map.of("a", "1", "b", "2"), maps.withName("one").get().getData());
        var stale =
                assertThrows(
                        KubernetesClientException.class,
                        () ->
                                maps.resource(new ConfigMapBuilder(one).addToData("c", "3").build())
                                        .lockResourceVersion()
                                        .update());
        assertEquals(409, stale.getCode());
        maps.resource(map("two", "1")).create();
        assertEquals(1, maps.withLabel("name", "two").list().getItems().size());
        maps.withLabel("name", "two").delete();
        assertEquals(1, maps.list().getItems().size());
        assertTrue(client.supports(io.fabric8.kubernetes.api.model.apps.Deployment.class));
        assertEquals("1", client.getKubernetesVersion().getMajor());
    }

    private static ResourceEventHandler<ConfigMap> recorder(List<String> told) {
        return new ResourceEventHandler<>() {
            @Override
            public void onAdd(ConfigMap map) {
                told.add("+ " + map.getMetadata().getName());
            }

            @Override
            public void onUpdate(ConfigMap old, ConfigMap map) {
                told.add("~ " + map.getMetadata().getName());
            }

            @Override
            public void onDelete(ConfigMap map, boolean unknown) {
                told.add("- " + map.getMetadata().getName());
            }
        };
    }

    private static ConfigMap map(String name, String value) {
        return new ConfigMapBuilder()
                .withNewMetadata()
                .withName(name)
                .addToLabels("name", name)
                .endMetadata()
                .addToData("a", value)
                .build();
    }
}
