package dev.serin.local.host;

import static dev.serin.testkit.Eventually.eventually;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.serin.loop.EpollLoop;
import dev.serin.testkit.NothingLeft;

import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollServerSocketChannel;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

@ExtendWith(NothingLeft.class)
class OpenPortTest {
    private final EventLoopGroup group = new MultiThreadIoEventLoopGroup(2, EpollLoop.newFactory());
    private ServerSocket backend;
    private OpenPort port;

    @BeforeEach
    void open() throws IOException {
        backend = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
        port = open(() -> (InetSocketAddress) backend.getLocalSocketAddress());
    }

    @AfterEach
    void close() throws Exception {
        port.close();
        backend.close();
        group.shutdownGracefully(0, 1, TimeUnit.SECONDS).get(5, TimeUnit.SECONDS);
    }

    // As the front: a socket that is bound and listens, and is accepted from elsewhere.
    private OpenPort open(Supplier<@Nullable InetSocketAddress> to) {
        var listening = new EpollServerSocketChannel();
        listening.config().setAutoRead(false);
        listening.pipeline().addLast(new ChannelInboundHandlerAdapter());
        group.register(listening).syncUninterruptibly();
        listening
                .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .syncUninterruptibly();
        listening.deregister().syncUninterruptibly();
        return new OpenPort("127.0.0.1", listening.fd().intValue(), group, to);
    }

    @Test
    void aRequestAndItsEndInOneGoAreBothPassedOn() throws Exception {
        for (int i = 0; i < 50; i++) {
            try (var client = connect()) {
                client.getOutputStream().write("hello".getBytes(StandardCharsets.UTF_8));
                client.shutdownOutput();
                try (var server = backend.accept()) {
                    var got = server.getInputStream().readAllBytes();
                    assertEquals("hello", new String(got, StandardCharsets.UTF_8));
                    server.getOutputStream().write("bye".getBytes(StandardCharsets.UTF_8));
                }
                assertEquals(
                        "bye",
                        new String(client.getInputStream().readAllBytes(), StandardCharsets.UTF_8));
            }
        }
    }

    @Test
    void theBackendMayEndItsSideFirst() throws Exception {
        try (var client = connect();
                var server = backend.accept()) {
            server.getOutputStream().write(1);
            server.shutdownOutput();
            assertEquals(1, client.getInputStream().read());
            assertEquals(-1, client.getInputStream().read());
            client.getOutputStream().write(2);
            assertEquals(2, server.getInputStream().read());
            client.shutdownOutput();
            assertEquals(-1, server.getInputStream().read());
        }
    }

    @Test
    void aSlowReceiverSlowsItsSender() throws Exception {
        var all = new byte[40_000_000];
        new Random(7).nextBytes(all);
        var sent = new AtomicLong();
        try (var client = connect();
                var server = backend.accept()) {
            var sending = CompletableFuture.runAsync(() -> send(client, all, sent));
            // Until it stands still: what fits into the sockets' buffers on the way.
            eventually(Duration.ofSeconds(10), "the sender waits", () -> standsStill(sent));
            assertTrue(sent.get() < 30_000_000, "sent " + sent.get());
            assertArrayEquals(all, server.getInputStream().readAllBytes());
            sending.get(5, TimeUnit.SECONDS);
        }
    }

    @Test
    void anEchoOfTenMegabytesIsWhole() throws Exception {
        var all = new byte[10_000_000];
        new Random(7).nextBytes(all);
        for (int i = 0; i < 5; i++) {
            try (var client = connect()) {
                Thread.ofVirtual().start(() -> send(client, all, new AtomicLong()));
                Thread.ofVirtual().start(this::echo);
                assertArrayEquals(all, client.getInputStream().readAllBytes());
            }
        }
    }

    private void echo() {
        try (var server = backend.accept()) {
            server.getInputStream().transferTo(server.getOutputStream());
            System.err.println("echo done");
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void withoutABackendTheConnectionIsClosed() throws Exception {
        try (var other = open(() -> null);
                var client = new Socket(InetAddress.getLoopbackAddress(), other.address().port())) {
            assertEquals(-1, client.getInputStream().read());
        }
        backend.close();
        try (var client = connect()) {
            assertEquals(-1, client.getInputStream().read());
        }
    }

    private Socket connect() throws IOException {
        var socket = new Socket(InetAddress.getLoopbackAddress(), port.address().port());
        socket.setSoTimeout(10_000);
        return socket;
    }

    private static boolean standsStill(AtomicLong sent) {
        var before = sent.get();
        java.util.concurrent.locks.LockSupport.parkNanos(200_000_000);
        return before > 0 && sent.get() == before;
    }

    private static void send(Socket socket, byte[] bytes, AtomicLong sent) {
        try {
            for (int i = 0; i < bytes.length; i += 100_000) {
                socket.getOutputStream().write(bytes, i, 100_000);
                sent.addAndGet(100_000);
            }
            socket.shutdownOutput();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
