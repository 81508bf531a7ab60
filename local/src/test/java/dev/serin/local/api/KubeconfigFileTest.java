package dev.serin.local.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.serin.base.ProblemException;

import io.fabric8.kubernetes.api.model.NamedContext;
import io.fabric8.kubernetes.client.internal.KubeConfigUtils;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;

class KubeconfigFileTest {
    private static final String OURS =
            new Kubeconfig("m", "https://127.0.0.1:16443", "CA", "secret").text();

    @TempDir Path folder;

    @Test
    void whereThereIsNoneItIsMadeForItsOwnerOnly() throws Exception {
        var file = new KubeconfigFile(folder.resolve(".kube/config"));
        assertEquals("serin-m", file.merge(OURS));
        assertEquals(
                "rw-------",
                PosixFilePermissions.toString(Files.getPosixFilePermissions(file.path())));
        assertEquals(List.of("serin-m"), contexts(file));
    }

    @Test
    void whatIsThereStaysAndTheSameNameIsReplaced() throws Exception {
        var path = folder.resolve("config");
        Files.writeString(
                path,
                """
                apiVersion: v1
                kind: Config
                preferences: {colors: true}
                current-context: work
                clusters:
                - {name: work, cluster: {server: 'https://work:6443'}}
                - {name: serin-m, cluster: {server: 'https://127.0.0.1:1'}}
                contexts:
                - {name: work, context: {cluster: work, user: me}}
                users:
                - name: me
                  user: {exec: {command: login, args: [now, "1"]}}
                """);
        var link = Files.createSymbolicLink(folder.resolve("link"), path);
        assertEquals("serin-m", new KubeconfigFile(link).merge(OURS));
        assertTrue(Files.isSymbolicLink(link));
        var file = new KubeconfigFile(path);
        assertEquals(List.of("work", "serin-m"), contexts(file));
        var config = KubeConfigUtils.parseConfig(path.toFile());
        assertEquals("serin-m", config.getCurrentContext());
        assertEquals("https://work:6443", config.getClusters().get(0).getCluster().getServer());
        assertEquals(
                "https://127.0.0.1:16443", config.getClusters().get(1).getCluster().getServer());
        assertEquals(List.of("now", "1"), config.getUsers().get(0).getUser().getExec().getArgs());
        var once = Files.readString(path);
        file.merge(OURS);
        assertEquals(once, Files.readString(path), "twice is once");
    }

    @Test
    void whatIsNoKubeconfigIsLeftAsItIs() throws Exception {
        for (var text : new String[] {"- a list\n", "clusters: 7\n", "users: [x]\n", "a: [\n"}) {
            var path = Files.writeString(folder.resolve("wrong"), text);
            var failure =
                    assertThrows(
                            ProblemException.class, () -> new KubeconfigFile(path).merge(OURS));
            assertTrue(failure.getMessage().contains(path.toString()), failure.getMessage());
            assertEquals(text, Files.readString(path));
        }
    }

    @Test
    void theFileIsTheOneThatKubectlWrites() {
        assertEquals(
                Path.of("/a"),
                KubeconfigFile.of(Map.of("KUBECONFIG", "/a:/b", "HOME", "/h")).path());
        assertEquals(Path.of("/h/.kube/config"), KubeconfigFile.of(Map.of("HOME", "/h")).path());
    }

    private static List<String> contexts(KubeconfigFile file) throws IOException {
        return KubeConfigUtils.parseConfig(file.path().toFile()).getContexts().stream()
                .map(NamedContext::getName)
                .toList();
    }
}
