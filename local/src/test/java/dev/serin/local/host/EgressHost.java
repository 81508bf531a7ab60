package dev.serin.local.host;

import static dev.serin.testkit.Eventually.eventually;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.serin.testkit.Child;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/// Stands for the machine: its own namespaces, an address that is not loopback's with servers, and
/// the front. Arguments: on, off or killed; root or user.
final class EgressHost {
    static final String ADDRESS = "192.0.2.10";

    /// Sends back what comes, and ends when the other side has.
    static final int ECHO = 8000;

    /// Says a word first, and ends.
    static final int GREETING = 8001;

    /// Resets what it accepts, once it has read a byte.
    static final int RESET = 8002;

    static final int NOBODY = 8003;

    private final AtomicInteger echoes = new AtomicInteger();
    private final List<String> printed = new CopyOnWriteArrayList<>();

    public static void main(String[] arguments) {
        Child.ended(() -> new EgressHost().run(arguments[0], arguments[1].equals("root")));
    }

    private void run(String egress, boolean root) throws Exception {
        var state = Files.createTempDirectory("egress");
        var resolvers = Files.writeString(state.resolve("resolv.conf"), "nameserver " + ADDRESS);
        Inside.programs()
                .need(
                        "host",
                        List.of(
                                "sh",
                                "-ec",
                                "ip addr add "
                                        + ADDRESS
                                        + "/32 dev lo;"
                                        + " mount --bind "
                                        + resolvers
                                        + " /etc/resolv.conf"),
                        "");
        serve(ECHO, this::echo);
        serve(
                GREETING,
                socket -> socket.getOutputStream().write("hello".getBytes(StandardCharsets.UTF_8)));
        serve(RESET, EgressHost::reset);
        Thread.ofVirtual().start(EgressHost::names);
        var command = new ArrayList<>(Child.java(EgressMesh.class));
        command.add(egress);
        var start = new Front.Start("test", state, command, Map.of(), root, Duration.ofSeconds(5));
        var done = new CompletableFuture<@Nullable Void>();
        var front =
                new Front(
                        start,
                        Inside.programs(),
                        line -> {
                            printed.add(line);
                            if (line.equals("done")) {
                                done.complete(null);
                            }
                        });
        done.thenRunAsync(() -> end(front, egress.equals("killed")));
        front.run();
        var said = printed + Files.readString(start.log());
        assertTrue(printed.contains("done"), said);
        if (egress.equals("killed")) {
            eventually(Duration.ofSeconds(5), "nobody is connected", () -> echoes.get() == 0);
        }
    }

    private void end(Front front, boolean killed) {
        if (killed) {
            assertEquals(1, echoes.get(), "connections");
            ProcessHandle.current().descendants().forEach(ProcessHandle::destroyForcibly);
        } else {
            front.stop();
        }
    }

    private interface Service {
        void serve(Socket socket) throws IOException;
    }

    private static void serve(int port, Service service) throws IOException {
        var server = new ServerSocket(port, 50, InetAddress.getByName(ADDRESS));
        Thread.ofPlatform()
                .daemon()
                .start(() -> {
                    while (true) {
                        try {
                            var socket = server.accept();
                            Thread.ofVirtual().start(() -> serve(socket, service));
                        } catch (IOException e) {
                            return;
                        }
                    }
                });
    }

    private static void serve(Socket socket, Service service) {
        try (socket) {
            service.serve(socket);
        } catch (IOException _) {
            // It is the other side's to notice.
        }
    }

    private void echo(Socket socket) throws IOException {
        echoes.incrementAndGet();
        try {
            socket.getInputStream().transferTo(socket.getOutputStream());
        } finally {
            echoes.decrementAndGet();
        }
    }

    private static void reset(Socket socket) throws IOException {
        socket.getInputStream().read();
        socket.setSoLinger(true, 0);
    }

    /// A DNS server whose answer is the question, marked as an answer.
    private static void names() {
        try (var server = new DatagramSocket(new InetSocketAddress(ADDRESS, 53))) {
            var packet = new DatagramPacket(new byte[512], 512);
            while (true) {
                server.receive(packet);
                packet.getData()[2] |= (byte) 0x80;
                server.send(packet);
                packet.setLength(512);
            }
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
