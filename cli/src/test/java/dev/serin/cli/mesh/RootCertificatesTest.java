package dev.serin.cli.mesh;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.serin.config.Resource;
import dev.serin.testkit.Eventually;
import dev.serin.testkit.NothingLeft;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

@ExtendWith(NothingLeft.class)
class RootCertificatesTest {
    private final List<Throwable> failures = new CopyOnWriteArrayList<>();
    @TempDir Path folder;

    @Test
    void everyNamespaceHasItNewOnesTooAndWhatIsChangedOrDeletedComesBack() {
        try (var at = new ApiOnDisk(folder);
                var _ = new RootCertificates(at.client, "the root", failures::add)) {
            has(at, "default", "the root");
            at.client.create(
                    ApiOnDisk.resource(
                            "{'apiVersion':'v1','kind':'Namespace','metadata':{'name':'ml'}}"));
            has(at, "ml", "the root");
            at.client.update(changed(at));
            has(at, "ml", "the root");
            at.client.delete(ApiOnDisk.map("ml", RootCertificates.NAME), null);
            has(at, "ml", "the root");
        }
        assertEquals(List.of(), failures);
    }

    @Test
    void anotherRootReplacesTheOldOne() {
        try (var at = new ApiOnDisk(folder)) {
            try (var _ = new RootCertificates(at.client, "old", failures::add)) {
                has(at, "default", "old");
            }
            try (var _ = new RootCertificates(at.client, "new", failures::add)) {
                has(at, "default", "new");
            }
        }
        assertEquals(List.of(), failures);
    }

    private static Resource changed(ApiOnDisk at) {
        var there = at.client.get(ApiOnDisk.map("ml", RootCertificates.NAME));
        var body = there.body().deepCopy();
        body.withObject("/data").put("root-cert.pem", "another");
        return new Resource(there.kind(), body);
    }

    private static void has(ApiOnDisk at, String namespace, String root) {
        Eventually.eventually(
                Duration.ofSeconds(10),
                namespace + " has " + root,
                () -> {
                    var map = at.client.get(ApiOnDisk.map(namespace, RootCertificates.NAME));
                    return map != null
                            && map.body().at("/data/root-cert.pem").asString("").equals(root);
                });
    }
}
