package dev.serin.conformance.kubernetes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// Programs that others have written for Kubernetes, on a real kube-apiserver and on the local API:
/// what they print must be the same. `.ci/kubernetes` builds them from their modules.
@Tag("kubernetes")
class ClientsTest {
    private static final Path PROGRAMS = Path.of(System.getProperty("serin.clients", ""));
    private static final String CHART =
            Path.of(System.getProperty("serin.root"), "conformance/src/test/resources/chart")
                    .toString();

    @TempDir static Path folder;
    private static RealKubernetes real;
    private static LocalKubernetes local;

    @BeforeAll
    static void start() throws Exception {
        real = RealKubernetes.built(folder.resolve("real"));
        local = new LocalKubernetes(folder.resolve("local"));
    }

    @AfterAll
    static void stop() {
        local.close();
        real.close();
    }

    /// Informers, lists as streams, bookmarks, the dynamic and the metadata client, server-side
    /// apply, scale, conflicts, pages, the election of a leader, protobuf.
    @Test
    void clientGoSeesTheSame() {
        var expected = clientGo(real);
        assertTrue(expected.contains("# protobuf"), expected);
        assertEquals("", Lines.difference(expected, clientGo(local)), "- real, + local");
    }

    private static String clientGo(Kubernetes api) {
        var home = folder.resolve("go-" + api.name());
        var client = new Kubectl(home, api);
        var outcome =
                client.program(
                        PROGRAMS.resolve("client-go"),
                        folder,
                        home.resolve("kubeconfig").toString(),
                        "go");
        return outcome.out()
                + (outcome.exit() == 0 ? "" : "exit " + outcome.exit() + outcome.err());
    }

    /// Reads and writes, a watch, an informer, every form of patch, pages, untyped resources.
    @Test
    void theOfficialJavaClientSeesTheSame() {
        var expected = java(real);
        assertTrue(expected.contains("# pages"), expected);
        assertEquals("", Lines.difference(expected, java(local)), "- real, + local");
    }

    private static String java(Kubernetes api) {
        var home = folder.resolve("java-" + api.name());
        var client = new Kubectl(home, api);
        var source =
                Path.of(
                        System.getProperty("serin.root"),
                        "conformance/kubernetes-clients/JavaClient.java");
        var outcome =
                client.program(
                        Path.of(System.getProperty("java.home"), "bin", "java"),
                        folder,
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        classpath(),
                        source.toString(),
                        home.resolve("kubeconfig").toString(),
                        "java");
        return outcome.out()
                + (outcome.exit() == 0 ? "" : "exit " + outcome.exit() + outcome.err());
    }

    private static String classpath() {
        try {
            return Files.readString(PROGRAMS.resolve("java.classpath")).strip();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// A chart with a definition, a resource of it, a hook, and a Deployment.
    @Test
    void helmInstallsUpgradesRollsBackAndUninstallsTheSame() {
        assertEquals("", Lines.difference(helm(real), helm(local)), "- real, + local");
    }

    private static String helm(Kubernetes api) {
        var kubectl = new Kubectl(folder.resolve("helm-" + api.name()), api);
        var said = new StringBuilder();
        for (var command :
                new String[] {
                    "install web " + CHART + " -n shop --create-namespace",
                    "list -n shop -o yaml",
                    "upgrade web " + CHART + " -n shop --set replicas=3,text=second",
                    "get values web -n shop",
                    "history web -n shop -o yaml",
                    "get manifest web -n shop",
                    "upgrade web " + CHART + " -n shop --set replicas=-1",
                    "rollback web 1 -n shop",
                    "status web -n shop -o yaml",
                    "install web " + CHART + " -n shop",
                    "upgrade --install other " + CHART + " -n shop --dry-run=server",
                    "uninstall web -n shop --wait",
                    "list -n shop -a"
                }) {
            var outcome =
                    kubectl.program(PROGRAMS.resolve("helm"), folder, command.split(" ")).normal();
            said.append("$ ")
                    .append(command)
                    .append('\n')
                    .append(outcome.exit())
                    .append('\n')
                    .append(outcome.out())
                    .append(outcome.err());
            if (command.startsWith("uninstall") || command.startsWith("rollback")) {
                said.append(
                        kubectl.run(folder, "get", "deploy,cm,tunes", "-n", "shop", "-o", "name")
                                .out()
                                // A controller's, which the real one has none of here.
                                .replace("configmap/kube-root-ca.crt\n", ""));
            }
        }
        return said.toString()
                .replaceAll("\\w{3} \\w{3} +\\d+ \\d\\d:\\d\\d:\\d\\d \\d{4}", "<time>")
                .replaceAll("\\d{4}-\\d\\d-\\d\\d[T ]\\d\\d:\\d\\d:\\d\\d[^\\n\" ]*", "<time>");
    }
}
