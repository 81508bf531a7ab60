package dev.serin.local.host;

import static dev.serin.testkit.Eventually.eventually;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.serin.base.ProblemException;
import dev.serin.testkit.Child;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/// A whole front with a supervisor in namespaces, and how both end.
@Tag("namespace")
class FrontNamespaceTest {
    private final List<String> printed = new CopyOnWriteArrayList<>();
    @TempDir private Path state;

    @Test
    void relaysAPortOfTheMachineAndStopsInGoodOrder() throws Exception {
        var front = FrontAlone.front(state, "0", printed::add);
        var code = CompletableFuture.supplyAsync(front::run);
        var port = port();
        var sent = new byte[3_000_000];
        new Random(1).nextBytes(sent);
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            var writer = CompletableFuture.runAsync(() -> write(socket, sent));
            assertArrayEquals(sent, socket.getInputStream().readAllBytes());
            writer.get(5, TimeUnit.SECONDS);
        }
        var second = FrontAlone.front(state, "0", printed::add);
        var refused = assertThrows(ProblemException.class, second::run);
        assertTrue(refused.getMessage().contains("running already"), refused.getMessage());
        assertTrue(refused.getMessage().contains("serin down"), refused.getMessage());
        var watched = new ArrayList<String>();
        assertEquals(
                FrontClient.Answer.READY,
                new FrontClient(state.resolve("front.sock")).watch(watched::add));
        assertTrue(watched.contains("port " + port), watched.toString());
        var more = new ArrayList<String>();
        assertEquals(
                FrontClient.Answer.READY,
                new FrontClient(state.resolve("front.sock")).apply(more::add));
        assertEquals(List.of("more"), more);

        assertTrue(
                new FrontClient(state.resolve("front.sock"))
                        .stop(Duration.ofSeconds(5), printed::add));
        assertEquals(0, code.get(10, TimeUnit.SECONDS));
        assertTrue(printed.contains("stopped in good order"), printed.toString());
        nothingLeft(port);
    }

    @Test
    void aTakenPortNamesItsHolder() throws Exception {
        try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            var front =
                    FrontAlone.front(state, Integer.toString(taken.getLocalPort()), printed::add);
            var code = CompletableFuture.supplyAsync(front::run);
            eventually(Duration.ofSeconds(20), "a problem is printed", () -> !printed.isEmpty());
            assertTrue(
                    printed.getFirst()
                            .startsWith(
                                    "port 127.0.0.1:" + taken.getLocalPort() + ": taken by java"),
                    printed.getFirst());
            assertTrue(printed.getFirst().contains(Long.toString(ProcessHandle.current().pid())));
            front.stop();
            assertEquals(0, code.get(10, TimeUnit.SECONDS));
        }
    }

    @Test
    void aKilledFrontLeavesNothingAndItsMeshStartsAgain() throws Exception {
        var port = Child.freePort();
        var first = frontProcess(port);
        eventually(Duration.ofSeconds(20), "the port answers", () -> open(port));
        first.destroyForcibly().waitFor();
        nothingLeft(port);

        var second = frontProcess(port);
        eventually(Duration.ofSeconds(20), "the port answers again", () -> open(port));
        // A first SIGTERM, as Ctrl-C: in good order.
        second.destroy();
        assertTrue(second.waitFor(10, TimeUnit.SECONDS));
        assertEquals(0, second.exitValue());
        nothingLeft(port);
    }

    @Test
    void aKilledSupervisorIsStartedAgain() throws Exception {
        var front = FrontAlone.front(state, "0", printed::add);
        var code = CompletableFuture.supplyAsync(front::run);
        var port = port();
        ours().filter(p -> p.info().command().orElse("").endsWith("java"))
                .forEach(ProcessHandle::destroyForcibly);
        eventually(
                Duration.ofSeconds(20),
                "it has a port again",
                () -> printed.stream().filter(line -> line.startsWith("port ")).count() == 2);
        assertTrue(
                printed.get(1).startsWith("mesh 'test': its supervisor ended with 137"),
                printed.toString());
        assertTrue(printed.get(1).contains("started again"), printed.toString());
        front.stop();
        assertEquals(0, code.get(10, TimeUnit.SECONDS));
        nothingLeft(port);
    }

    @Test
    void aSupervisorThatNeverCameUpEndsTheFrontWithAProblem() throws Exception {
        var start =
                new Front.Start(
                        "test",
                        state,
                        List.of("sh", "-c", "echo no disk; exit 9"),
                        Map.of(),
                        Inside.isRoot(),
                        Duration.ofSeconds(5));
        var front = new Front(start, Inside.programs(), printed::add);
        assertEquals(1, CompletableFuture.supplyAsync(front::run).get(10, TimeUnit.SECONDS));
        assertTrue(
                printed.getLast().startsWith("mesh 'test': its supervisor ended with 9 (no disk)"),
                printed.toString());
        assertTrue(printed.getLast().contains("before the mesh was up"), printed.toString());
    }

    @Test
    void whereUserNamespacesAreForbiddenTheCureIsNamed() throws Exception {
        var command =
                new ArrayList<>(
                        List.of(
                                "unshare",
                                "--user",
                                "--map-root-user",
                                "--mount-proc",
                                "--mount",
                                "--pid",
                                "--fork"));
        command.addAll(Child.java(ForbiddenInside.class));
        Child.run(Duration.ofSeconds(30), new ProcessBuilder(command));
    }

    private int port() {
        eventually(
                Duration.ofSeconds(20),
                "the port is printed",
                () -> printed.stream().anyMatch(line -> line.startsWith("port ")));
        return Integer.parseInt(printed.getFirst().substring(5));
    }

    private Process frontProcess(int port) throws IOException {
        var command = new ArrayList<>(Child.java(FrontAlone.class));
        command.addAll(List.of(state.toString(), Integer.toString(port)));
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
    }

    private void nothingLeft(int port) {
        eventually(Duration.ofSeconds(10), "no process is left", () -> ours().findAny().isEmpty());
        assertFalse(open(port));
        assertTrue(MeshLock.holder(state).isEmpty());
    }

    private Stream<ProcessHandle> ours() {
        var socket = state.resolve("front.sock").toString();
        return ProcessHandle.allProcesses()
                .filter(p -> {
                    try {
                        var words = Files.readString(Path.of("/proc/" + p.pid() + "/cmdline"));
                        return words.contains(socket) || words.contains("sleep\0987");
                    } catch (IOException _) {
                        return false;
                    }
                });
    }

    private static void write(Socket socket, byte[] bytes) {
        try {
            socket.getOutputStream().write(bytes);
            socket.shutdownOutput();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static boolean open(int port) {
        try (var _ = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return true;
        } catch (IOException _) {
            return false;
        }
    }
}
