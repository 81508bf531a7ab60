package dev.serin.local.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.serin.base.chance.Draws;
import dev.serin.base.time.Ticker;
import dev.serin.config.Resource;
import dev.serin.config.ResourceKey;
import dev.serin.config.ResourceKind;
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

@ExtendWith(NothingLeft.class)
class CollectorTest {
    private static final Duration SOON = Duration.ofSeconds(10);
    private static final ResourceKind MAPS =
            new ResourceKind("", "v1", "ConfigMap", "configmaps", true);
    private static final ResourceKind NAMESPACES =
            new ResourceKind("", "v1", "Namespace", "namespaces", false);

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
    void whatAnOwnerLeavesBehindGoesTooDownTheChain() {
        var top = client.create(map("top", null));
        var middle = client.create(map("middle", top));
        var bottom = client.create(map("bottom", middle));
        var other = client.create(map("other", null));
        client.delete(top.key(), null);
        Eventually.eventually(SOON, "bottom goes", () -> client.get(bottom.key()) == null);
        assertNotNull(client.get(other.key()));
    }

    @Test
    void whoStillHasAnotherOwnerStays() {
        var one = client.create(map("one", null));
        var two = client.create(map("two", null));
        var child = map("child", one);
        own(child.body(), two);
        child = client.create(child);
        client.delete(one.key(), null);
        var key = child.key();
        Eventually.eventually(
                SOON,
                "one reference left",
                () -> client.get(key).metadata().path("ownerReferences").size() == 1);
    }

    @Test
    void aNamespaceEndsAfterItsContents() {
        client.create(new Resource(NAMESPACES, json("{'metadata':{'name':'n'}}")));
        var held = map("held", null);
        held.body().withObject("/metadata").put("namespace", "n");
        held.body().withObject("/metadata").putArray("finalizers").add("example.org/hold");
        var made = client.create(held);
        var namespace = new ResourceKey("namespaces", "", "n");
        client.delete(namespace, null);
        assertEquals("Terminating", client.get(namespace).status().path("phase").asString());
        var late = map("late", null);
        late.body().withObject("/metadata").put("namespace", "n");
        assertEquals(403, assertThrows(Refusal.class, () -> client.create(late)).code());
        Eventually.eventually(
                SOON,
                "held is asked to go",
                () -> client.get(made.key()).metadata().has("deletionTimestamp"));
        assertNotNull(client.get(namespace));
        var body = client.get(made.key()).body().deepCopy();
        body.withObject("/metadata").remove("finalizers");
        client.update(new Resource(MAPS, body));
        Eventually.eventually(SOON, "namespace goes", () -> client.get(namespace) == null);
        assertTrue(client.list(MAPS, "n", java.util.Map.of()).isEmpty());
    }

    private static Resource map(String name, Resource owner) {
        var body = json("{'metadata':{'name':'%s','namespace':'default'}}".formatted(name));
        if (owner != null) {
            own(body, owner);
        }
        return new Resource(MAPS, body);
    }

    private static void own(ObjectNode body, Resource owner) {
        body.withObject("/metadata")
                .withArray("ownerReferences")
                .addObject()
                .put("apiVersion", "v1")
                .put("kind", "ConfigMap")
                .put("name", owner.name())
                .put("uid", owner.uid());
    }

    private static ObjectNode json(String text) {
        return (ObjectNode) JsonMapper.shared().readTree(text.replace('\'', '"'));
    }
}
