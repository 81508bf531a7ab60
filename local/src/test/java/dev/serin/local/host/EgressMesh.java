package dev.serin.local.host;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.serin.base.net.NetworkNamespace;
import dev.serin.base.time.Ticker;
import dev.serin.local.capture.PacketFilter;
import dev.serin.local.capture.Setup;
import dev.serin.local.node.sandbox.Network;
import dev.serin.loop.EpollLoop;
import dev.serin.testkit.Child;

import io.netty.channel.MultiThreadIoEventLoopGroup;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.StandardProtocolFamily;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/// Stands for a supervisor with one pod, from which the outside is tried. Arguments: on, off or
/// killed; the front's socket.
final class EgressMesh {
    private final MultiThreadIoEventLoopGroup group =
            new MultiThreadIoEventLoopGroup(2, EpollLoop.newFactory());
    private final HostLink link;
    private final NetworkNamespace pod;

    private EgressMesh(Path socket, boolean open) {
        var programs = Inside.programs();
        Namespaces.build(programs);
        link =
                new HostLink(
                        socket,
                        group,
                        _ -> Runtime.getRuntime().halt(0),
                        () -> Runtime.getRuntime().halt(3));
        var filter = new Setup(programs, true, link::print).filter();
        filter.services(List.of(), open ? PacketFilter.EGRESS : PacketFilter.CLOSED);
        pod = new NetworkNamespace(new Network(programs).make("pod", "10.244.0.2"));
    }

    public static void main(String[] arguments) {
        Child.ended(() -> {
            var open = !arguments[0].equals("off");
            var mesh = new EgressMesh(Path.of(arguments[1]), open);
            if (!open) {
                mesh.closed();
            } else {
                mesh.open(arguments[0].equals("killed"));
            }
        });
    }

    private void closed() throws Exception {
        for (int i = 0; i < 3; i++) {
            assertThrows(ConnectException.class, () -> connect(EgressHost.ECHO));
        }
        done();
    }

    private void open(boolean toBeKilled) throws Exception {
        var sockets = link.sockets();
        var outside = PacketFilter.EGRESS;
        new Egress(
                sockets,
                group,
                new InetSocketAddress(outside.address(), outside.port()),
                System.err::println);
        if (toBeKilled) {
            try (var held = connect(EgressHost.ECHO)) {
                held.getOutputStream().write(7);
                assertEquals(7, held.getInputStream().read());
                done();
            }
            return;
        }
        tenMegabytesBothWays();
        for (int i = 0; i < 50; i++) {
            halfClosed();
            greeted();
        }
        reset(EgressHost.RESET);
        reset(EgressHost.NOBODY);
        theWayOutItselfIsNoDestination();
        link.resolvers(Ticker.system())
                .get()
                .forEach(resolver -> assertEquals(EgressHost.ADDRESS, resolver.getHostString()));
        nameServer(sockets);
        done();
    }

    private void done() throws InterruptedException {
        link.print("done");
        Thread.currentThread().join();
    }

    private void tenMegabytesBothWays() throws Exception {
        var sent = new byte[10_000_000];
        new Random(3).nextBytes(sent);
        try (var socket = connect(EgressHost.ECHO)) {
            var writer = CompletableFuture.runAsync(() -> write(socket, sent));
            assertArrayEquals(sent, socket.getInputStream().readAllBytes());
            writer.get(5, TimeUnit.SECONDS);
        }
    }

    private void halfClosed() throws IOException {
        try (var socket = connect(EgressHost.ECHO)) {
            write(socket, "hello".getBytes(StandardCharsets.UTF_8));
            assertEquals("hello", text(socket));
        }
    }

    private void greeted() throws IOException {
        try (var socket = connect(EgressHost.GREETING)) {
            assertEquals("hello", text(socket));
        }
    }

    // A fast reset may be felt before connect(2) has returned.
    private void reset(int port) {
        assertThrows(
                SocketException.class,
                () -> exchange(new InetSocketAddress(EgressHost.ADDRESS, port)));
    }

    private void theWayOutItselfIsNoDestination() {
        var way = PacketFilter.EGRESS;
        assertThrows(
                SocketException.class,
                () -> exchange(new InetSocketAddress(way.address(), way.port())));
    }

    private void exchange(InetSocketAddress with) throws IOException {
        try (var socket = connect(with)) {
            socket.getOutputStream().write(1);
            socket.getInputStream().read();
        }
    }

    private void nameServer(HostSockets sockets) {
        var socket = sockets.udp();
        group.register(socket).syncUninterruptibly();
        socket.connect(new InetSocketAddress(EgressHost.ADDRESS, 53)).syncUninterruptibly();
        assertEquals(EgressHost.ADDRESS, socket.localAddress().getHostString());
        socket.close();
    }

    private Socket connect(int port) throws IOException {
        return connect(new InetSocketAddress(EgressHost.ADDRESS, port));
    }

    private Socket connect(InetSocketAddress to) throws IOException {
        var socket = pod.call(() -> SocketChannel.open(StandardProtocolFamily.INET)).socket();
        socket.connect(to, 5000);
        socket.setSoTimeout(10_000);
        return socket;
    }

    private static String text(Socket socket) throws IOException {
        return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }

    private static void write(Socket socket, byte[] bytes) {
        try {
            socket.getOutputStream().write(bytes);
            socket.shutdownOutput();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
