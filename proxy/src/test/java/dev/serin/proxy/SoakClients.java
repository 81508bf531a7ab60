package dev.serin.proxy;

import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.serin.proxy.Origin.Wire;

import io.netty.buffer.Unpooled;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

import javax.net.ssl.SSLContext;

/// The clients of a [Soak]: well-behaved ones, those that break off, and those that hardly read.
@SuppressWarnings("StringConcatToTextBlock") // lines on the wire end in CRLF
final class SoakClients {
    final AtomicLong requests = new AtomicLong();

    /// What well-behaved clients got instead of their answer, with how often.
    final Map<String, Integer> failures = new ConcurrentHashMap<>();

    final AtomicLong resets = new AtomicLong();
    private final AtomicBoolean stop = new AtomicBoolean();
    private final List<Thread> threads = new ArrayList<>();
    private final int plain;
    private final int secure;
    private final SSLContext tls;

    /// @param plain a port of the proxy
    /// @param secure one with TLS
    SoakClients(int plain, int secure, SSLContext tls) {
        this.plain = plain;
        this.secure = secure;
        this.tls = tls;
    }

    /// What a client does again and again.
    private interface Work {
        void once(int round) throws IOException, InterruptedException;
    }

    void start() {
        stop.set(false);
        for (var i = 0; i < 3; i++) {
            run(_ -> asks(Wire.to(plain), "/", 200));
            run(_ -> multiplexes(FrameWire.to(plain), "/", 100));
        }
        run(_ -> asks(new Wire(Pki.connect(tls, secure, "server.test", "http/1.1")), "/", 20));
        run(_ -> multiplexes(secured(), "/", 20));
        run(_ -> asks(Wire.to(plain), "/inner", 50));
        run(_ -> multiplexes(FrameWire.to(plain), "/inner", 50));
        run(this::breaksOff);
        run(this::resetsStreams);
        run(_ -> readsSlowly());
        run(_ -> opensWindowsSlowly());
    }

    void stop() throws InterruptedException {
        stop.set(true);
        for (var thread : threads) {
            thread.join();
        }
        threads.clear();
    }

    private void run(Work work) {
        threads.add(
                Thread.startVirtualThread(() -> {
                    for (var round = 0; !stop.get(); round++) {
                        try {
                            work.once(round);
                        } catch (IOException | InterruptedException | IllegalStateException e) {
                            resets.incrementAndGet();
                        }
                    }
                }));
    }

    private FrameWire secured() throws IOException {
        return FrameWire.over(Pki.connect(tls, secure, "server.test", "h2"));
    }

    static void pause(long millis) throws InterruptedException {
        assertFalse(new CountDownLatch(1).await(millis, TimeUnit.MILLISECONDS));
    }

    /// A connection that is drained between two requests ends early; HTTP allows it.
    private void asks(Wire wire, String path, int times) throws IOException, InterruptedException {
        try (wire) {
            for (var i = 0; i < times && !stop.get(); i++) {
                var answer = wire.get(path);
                if (answer == null) {
                    return;
                }
                answered(path, Integer.toString(answer.status()), answer.body());
                if (answer.header("connection") != null) {
                    return;
                }
                pause(1);
            }
        }
    }

    private void answered(String path, String status, String body) {
        requests.incrementAndGet();
        if (!status.equals("200")) {
            failures.merge(path + " " + status + " " + body, 1, Integer::sum);
        }
    }

    private void multiplexes(FrameWire wire, String path, int times)
            throws IOException, InterruptedException {
        try (wire) {
            for (var i = 0; i < times && !stop.get(); i++) {
                var id = 4 * i + 1;
                wire.get(id, path);
                wire.request(id + 2, false, "POST", path, "te: trailers");
                wire.data(id + 2, "x".repeat(16_000), true);
                for (var answers = 0; answers < 2; answers++) {
                    var answer = wire.message();
                    if (answer == null || answer.body().endsWith("|reset")) {
                        return; // told to go away
                    }
                    answered(path, answer.get(":status"), answer.body());
                }
                pause(1);
            }
        }
    }

    private void breaksOff(int round) throws IOException, InterruptedException {
        String[] beginnings = {
            "",
            "GET / HT",
            "GET /large HTTP/1.1\r\nhost: t\r\n\r\n",
            "POST / HTTP/1.1\r\nhost: t\r\ncontent-length: 100000\r\n\r\nabc",
            "GET / HTTP/1.1\r\nhost: t\r\n\r\nGET / HTTP/1.1\r\nhost: t\r\n\r\n",
            "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0",
            "nonsense\r\n\r\n"
        };
        var port = round % 5 == 4 ? secure : plain;
        try (var wire = Wire.to(port)) {
            wire.write(beginnings[round % beginnings.length]);
            if (round % 2 == 0) {
                wire.socket.setSoLinger(true, 0);
            }
            pause(5);
        }
        if (round % 10 == 0) {
            try (var wire = secured()) {
                wire.get(1, "/large");
                pause(5);
            }
        }
        resets.incrementAndGet();
    }

    private void resetsStreams(int round) throws IOException, InterruptedException {
        try (var wire = FrameWire.to(plain)) {
            for (var id = 1; id < 41 && !stop.get(); id += 2) {
                var paths = List.of("/", "/large", "/inner");
                if (id % 3 == 0) {
                    wire.request(id, false, "POST", "/");
                    wire.data(id, "abc", false);
                } else {
                    wire.get(id, paths.get(id % 3));
                }
                if (id % 4 == 1) {
                    pause(2);
                }
                wire.number(FrameWire.RST_STREAM, id, 8);
                resets.incrementAndGet();
            }
            if (round % 3 == 0) {
                wire.send(99, 0, 0, Unpooled.EMPTY_BUFFER);
                wire.number(FrameWire.WINDOW_UPDATE, 0, 0); // breaks the rules
            }
            pause(5);
        }
    }

    private void readsSlowly() throws IOException, InterruptedException {
        try (var wire = Wire.to(plain)) {
            wire.write("GET /large HTTP/1.1\r\nhost: t\r\n\r\n");
            for (var i = 0; i < 20 && !stop.get(); i++) {
                wire.in.readNBytes(10_000);
                pause(10);
            }
        }
        resets.incrementAndGet();
    }

    private void opensWindowsSlowly() throws IOException, InterruptedException {
        try (var wire = FrameWire.to(plain, 4, 1000)) {
            wire.get(1, "/large");
            wire.get(3, "/large");
            for (var i = 0; i < 20 && !stop.get(); i++) {
                wire.number(FrameWire.WINDOW_UPDATE, 1, 5000);
                wire.number(FrameWire.WINDOW_UPDATE, 0, 5000);
                pause(10);
            }
        }
        resets.incrementAndGet();
    }
}
