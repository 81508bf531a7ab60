package dev.serin.cli.mesh;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.serin.testkit.NothingLeft;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

@ExtendWith(NothingLeft.class)
class ApplierTest {
    @TempDir Path folder;
    private final List<String> said = new ArrayList<>();

    @Test
    void whatIsNotThereIsCreatedAndWhatIsThereBecomesAsGiven() {
        try (var at = new ApiOnDisk(folder)) {
            var applier = new Applier(at.client, said::add);
            assertTrue(applier.apply(map("'labels':{'a':'1'}", "'data':{'x':'1','y':'1'}")));
            var first = at.client.get(ApiOnDisk.map("default", "m"));
            assertTrue(applier.apply(map("'labels':{'b':'2'}", "'data':{'x':'2'}")));
            var second = at.client.get(ApiOnDisk.map("default", "m"));
            assertEquals("{\"x\":\"2\"}", second.body().path("data").toString());
            assertEquals("1", second.labels().get("a"), "others' labels stay");
            assertEquals("2", second.labels().get("b"));
            assertEquals(first.uid(), second.uid());
            assertNotEquals(first.resourceVersion(), second.resourceVersion());
            assertEquals(List.of(), said);
        }
    }

    @Test
    void applyingTheSameTwiceChangesNothing() {
        try (var at = new ApiOnDisk(folder)) {
            var applier = new Applier(at.client, said::add);
            applier.apply(map("'labels':{'a':'1'}", "'data':{'x':'1'}"));
            var first = at.client.get(ApiOnDisk.map("default", "m"));
            applier.apply(map("'labels':{'a':'1'}", "'data':{'x':'1'}"));
            assertEquals(
                    first.resourceVersion(),
                    at.client.get(ApiOnDisk.map("default", "m")).resourceVersion());
        }
    }

    @Test
    void whatWasGivenIsNotedAsKubectlDoes() {
        try (var at = new ApiOnDisk(folder)) {
            var given = map("'labels':{'a':'1'}", "'data':{'x':'1'}");
            new Applier(at.client, said::add).apply(given);
            var stored = at.client.get(given.key());
            assertEquals(
                    "{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"metadata\":{\"name\":\"m\",\"namespace\":\"default\",\"labels\":{\"a\":\"1\"},\"annotations\":{}},\"data\":{\"x\":\"1\"}}\n",
                    stored.metadata()
                            .at("/annotations/kubectl.kubernetes.io~1last-applied-configuration")
                            .asString(""));
            assertTrue(given.metadata().path("annotations").isMissingNode(), "not in what is ours");
        }
    }

    @Test
    void aServiceKeepsTheAddressThatItWasGiven() {
        try (var at = new ApiOnDisk(folder)) {
            var applier = new Applier(at.client, said::add);
            assertTrue(applier.apply(service(80)));
            var key = service(80).key();
            var address = at.client.get(key).spec().path("clusterIP").asString("");
            assertTrue(applier.apply(service(81)), said.toString());
            assertEquals(address, at.client.get(key).spec().path("clusterIP").asString(""));
            assertEquals(81, at.client.get(key).spec().at("/ports/0/port").asInt());
        }
    }

    @Test
    void aRefusalIsSaidAndTheNextOneTaken() {
        try (var at = new ApiOnDisk(folder)) {
            var applier = new Applier(at.client, said::add);
            var nowhere =
                    ApiOnDisk.resource(
                            "{'apiVersion':'v1','kind':'ConfigMap','metadata':{'name':'m','namespace':'nowhere'}}");
            assertFalse(applier.apply(nowhere));
            assertEquals(
                    List.of("configmaps nowhere/m was refused: namespaces \"nowhere\" not found"),
                    said);
            assertTrue(applier.apply(map("'labels':{}", "'data':{}")));
        }
    }

    private static dev.serin.config.Resource map(String metadata, String rest) {
        return ApiOnDisk.resource(
                "{'apiVersion':'v1','kind':'ConfigMap','metadata':{'name':'m','namespace':'default',"
                        + metadata
                        + "},"
                        + rest
                        + "}");
    }

    private static dev.serin.config.Resource service(int port) {
        return ApiOnDisk.resource(
                "{'apiVersion':'v1','kind':'Service','metadata':{'name':'s','namespace':'default'},'spec':{'selector':{'a':'b'},'ports':[{'port':"
                        + port
                        + "}]}}");
    }
}
