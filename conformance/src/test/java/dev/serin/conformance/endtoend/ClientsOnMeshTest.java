package dev.serin.conformance.endtoend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Files;
import java.nio.file.Path;

/// Programs that others have written for Kubernetes, with pods that run: Helm waits for them and
/// tests them, client-go and the official Java client ask them for commands, ports and logs.
@Tag("end-to-end")
class ClientsOnMeshTest {
    private static final String NAME = "end-to-end-clients";
    private static final Path ROOT = Path.of(System.getProperty("serin.root"));
    private static final Path PROGRAMS = Path.of(System.getProperty("serin.clients", ""));
    private static final String CHART =
            ROOT.resolve("conformance/src/test/resources/chart-running").toString();

    @TempDir static Path folder;
    private static Person person;

    @BeforeAll
    static void up() throws Exception {
        person = Person.self(folder);
        person.serin(180, "up", "--detach", "--mesh", NAME).succeeded();
        var kubeconfig = person.serin(30, "kubeconfig", "--mesh", NAME).succeeded().out();
        Files.writeString(person.home().resolve("kubeconfig"), kubeconfig);
        helm("install", "web", CHART, "--wait", "--timeout", "90s").succeeded();
    }

    @AfterAll
    static void down() {
        person.serin(60, "down", "--mesh", NAME).succeeded();
    }

    private static Person.Outcome helm(String... words) {
        var command = new String[words.length + 1];
        command[0] = PROGRAMS.resolve("helm").toString();
        System.arraycopy(words, 0, command, 1, words.length);
        return person.run(150, command);
    }

    private static String ready() {
        return person.kubectl("get", "deployment", "web", "-o", "jsonpath={.status.readyReplicas}")
                .succeeded()
                .out();
    }

    @Test
    void helmWaitsForPodsAndTestsThem() {
        assertEquals("2", ready());
        var tested = helm("test", "web").succeeded().out();
        assertTrue(tested.contains("Phase:          Succeeded"), tested);
        // One that never becomes ready is not waited for without end.
        var broken =
                helm("upgrade", "web", CHART, "--set", "path=/nothing", "--wait", "--timeout=5s");
        assertNotEquals(0, broken.exit(), broken.out());
        assertTrue(broken.err().contains("deadline exceeded"), broken.err());
        helm("rollback", "web", "1", "--wait", "--timeout", "90s").succeeded();
        assertEquals("2", ready());
    }

    @Test
    void clientGoRunsCommandsForwardsPortsAndReadsLogs() {
        var said = program(PROGRAMS.resolve("client-go").toString());
        var each =
                """
                3
                words on the way
                and errors
                0
                1000000
                200 true\s
                200 true\s
                200 true\s
                """;
        assertEquals("# websocket\n" + each + "# spdy\n" + each + "# log\n1 line\n", said);
    }

    @Test
    void theOfficialJavaClientRunsCommandsForwardsPortsAndReadsLogs() throws Exception {
        var said =
                program(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        Files.readString(PROGRAMS.resolve("java.classpath")).strip(),
                        ROOT.resolve("conformance/kubernetes-clients/JavaClient.java").toString());
        assertEquals(
                """
                # exec
                words on the way
                and errors
                3
                # port-forward
                HTTP
                # log
                1 line
                false
                """,
                said);
    }

    private static String program(String... words) {
        var pod =
                person.kubectl(
                                "get",
                                "pods",
                                "-l",
                                "app=web",
                                "--field-selector=status.phase=Running",
                                "-o",
                                "jsonpath={.items[0].metadata.name}")
                        .succeeded()
                        .out();
        var command = new String[words.length + 5];
        System.arraycopy(words, 0, command, 0, words.length);
        command[words.length] = person.home().resolve("kubeconfig").toString();
        command[words.length + 1] = "default";
        command[words.length + 2] = pod;
        command[words.length + 3] = "a";
        command[words.length + 4] = "8080";
        return person.run(120, command).succeeded().out();
    }
}
