package dev.serin.local.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.serin.base.chance.Draws;
import dev.serin.base.time.Ticker;
import dev.serin.config.Resource;
import dev.serin.config.ResourceKey;
import dev.serin.config.ResourceKind;
import dev.serin.config.source.ConfigSource;
import dev.serin.testkit.Eventually;
import dev.serin.testkit.NothingLeft;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;

@ExtendWith(NothingLeft.class)
class InProcessTest {
    private static final ResourceKind MAPS =
            new ResourceKind("", "v1", "ConfigMap", "configmaps", true);
    private static final ResourceKind DEPLOYMENTS =
            new ResourceKind("apps", "v1", "Deployment", "deployments", true);

    @TempDir Path folder;
    private LocalApi api;
    private ResourceClient client;

    @BeforeEach
    void open() {
        api = new LocalApi(new LocalApi.Options(folder, Ticker.system(), Draws.system()));
        client = api.client("test");
    }

    @AfterEach
    void close() {
        api.close();
    }

    @Test
    void whatIsCreatedCanBeReadListedAndIsThereAfterARestart() {
        var made = client.create(map("one", "{'data':{'a':'1'},'metadata':{'labels':{'x':'y'}}}"));
        assertFalse(made.uid().isEmpty());
        assertFalse(made.resourceVersion().isEmpty());
        assertEquals(made, client.get(made.key()));
        assertEquals(List.of(made), client.list(MAPS, "default", Map.of("x", "y")));
        assertEquals(List.of(), client.list(MAPS, "default", Map.of("x", "z")));
        api.close();
        open();
        assertEquals(made, client.get(made.key()));
    }

    @Test
    void aStaleWriteIsRefusedAndAnUnnamedVersionIsNotCompared() {
        var made = client.create(map("one", "{'data':{'a':'1'}}"));
        var newer = client.update(with(made, "/data", "a", "2"));
        assertNotEquals(made.resourceVersion(), newer.resourceVersion());
        var stale = assertThrows(Refusal.class, () -> client.update(with(made, "/data", "a", "3")));
        assertEquals(409, stale.code());
        assertEquals("Conflict", stale.reason());
        var blind = with(made, "/data", "a", "4");
        blind.body().withObject("/metadata").remove("resourceVersion");
        assertEquals("4", client.update(blind).body().at("/data/a").asString());
    }

    @Test
    void aWriteThatChangesNothingKeepsTheVersion() {
        var made = client.create(map("one", "{'data':{'a':'1'}}"));
        assertEquals(
                made.resourceVersion(),
                client.update(with(made, "/data", "a", "1")).resourceVersion());
    }

    @Test
    void specAndStatusAreWrittenApart() {
        var body =
                "{'metadata':{'name':'web','namespace':'default'},'spec':{'replicas':1,'selector':{'matchLabels':{'a':'b'}},'template':{'metadata':{'labels':{'a':'b'}},'spec':{'containers':[{'name':'a','image':'b:1'}]}}}}";
        var made = client.create(new Resource(DEPLOYMENTS, json(body)));
        assertEquals(1, made.generation());
        var withStatus =
                client.updateStatus(
                        with(with(made, "/status", "replicas", 1), "/spec", "paused", "x"));
        assertEquals(1, withStatus.generation());
        assertFalse(withStatus.spec().has("paused"));
        var changed =
                client.update(
                        with(
                                with(withStatus, "/metadata/annotations", "x", "y"),
                                "/status",
                                "x",
                                "y"));
        assertEquals(2, changed.generation());
        assertFalse(changed.status().has("x"));
        assertTrue(changed.status().has("replicas"));
    }

    @Test
    void namespacesMustExist() {
        var refused =
                assertThrows(
                        Refusal.class,
                        () -> client.create(map("one", "{'metadata':{'namespace':'nowhere'}}")));
        assertEquals("namespaces \"nowhere\" not found", refused.getMessage());
    }

    @Test
    void aWatchTellsWhatIsThereThenEveryChangeInOrder() {
        client.create(map("one", "{}"));
        var told = new CopyOnWriteArrayList<String>();
        try (var _ = client.watch(Set.of(MAPS), recorder(told))) {
            Eventually.eventually(Duration.ofSeconds(5), "synced", () -> told.contains("synced"));
            var two = client.create(map("two", "{}"));
            client.update(with(two, "/data", "a", "1"));
            client.delete(two.key(), null);
            client.delete(two.key(), null);
            client.create(map("three", "{}"));
            Eventually.eventually(
                    Duration.ofSeconds(5), "three", () -> told.contains("changed three"));
        }
        assertEquals(
                List.of(
                        "changed one",
                        "synced",
                        "changed two",
                        "changed two",
                        "removed two",
                        "changed three"),
                told);
    }

    @Test
    void aPodStaysUntilItsNodeHasEndedIt() {
        var pods = new ResourceKind("", "v1", "Pod", "pods", true);
        var pod =
                client.create(
                        new Resource(
                                pods,
                                json(
                                        "{'metadata':{'name':'p','namespace':'default'},'spec':{'nodeName':'n','containers':[{'name':'a','image':'b:1'}],'terminationGracePeriodSeconds':7}}")));
        client.delete(pod.key(), null);
        var ending = client.get(pod.key());
        assertTrue(ending.metadata().has("deletionTimestamp"));
        assertEquals(7, ending.metadata().path("deletionGracePeriodSeconds").asInt());
        client.delete(pod.key(), 0);
        assertNull(client.get(pod.key()));
    }

    private static ConfigSource.Watcher recorder(List<String> told) {
        return new ConfigSource.Watcher() {
            @Override
            public void changed(Resource resource) {
                told.add("changed " + resource.name());
            }

            @Override
            public void removed(ResourceKey key) {
                told.add("removed " + key.name());
            }

            @Override
            public void synced() {
                told.add("synced");
            }
        };
    }

    private static Resource map(String name, String body) {
        var node = json(body);
        var metadata = node.withObject("/metadata");
        metadata.put("name", name);
        if (!metadata.has("namespace")) {
            metadata.put("namespace", "default");
        }
        return new Resource(MAPS, node);
    }

    private static Resource with(Resource resource, String at, String field, String value) {
        var body = resource.body().deepCopy();
        body.withObject(at).put(field, value);
        return new Resource(resource.kind(), body);
    }

    private static Resource with(Resource resource, String at, String field, int value) {
        var body = resource.body().deepCopy();
        body.withObject(at).put(field, value);
        return new Resource(resource.kind(), body);
    }

    private static ObjectNode json(String text) {
        return (ObjectNode) JsonMapper.shared().readTree(text.replace('\'', '"'));
    }
}
