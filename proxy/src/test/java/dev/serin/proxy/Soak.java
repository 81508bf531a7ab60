package dev.serin.proxy;

import static dev.serin.testkit.Eventually.eventually;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.serin.base.lifecycle.LeftOver;
import dev.serin.base.time.ThreadTimers;
import dev.serin.base.time.Ticker;
import dev.serin.proxy.Origin.Wire;
import dev.serin.proxy.snapshot.ConfigUpdate;
import dev.serin.testkit.ScriptedDraws;

import io.netty.buffer.PooledByteBufAllocator;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/// Minutes of what a proxy lives through. Not part of `verify`: `benchmarks/run soak` starts it.
@SuppressWarnings("StringConcatToTextBlock") // lines on the wire end in CRLF
class Soak {
    private static final int LARGE = 4 * 1024 * 1024;
    private final AtomicBoolean stop = new AtomicBoolean();
    private final AtomicLong requests = new AtomicLong();
    private final AtomicLong failed = new AtomicLong();
    private final AtomicLong resets = new AtomicLong();
    private final AtomicLong changes = new AtomicLong();

    /// What must be the same before and after.
    private record Count(long fds, long live, long buffers, long heapKb, long rssKb) {}

    @Test
    void endsWithWhatItBeganWith() throws Exception {
        var seconds = Integer.getInteger("soak.seconds", 45);
        try (var small = Origin.answering("ok");
                var other = Origin.answering("ok");
                var large = large();
                var timers = new ThreadTimers("soak-timers", Throwable::printStackTrace);
                var rig = new Rig(new ScriptedDraws(2), Ticker.system(), timers, 2)) {
            configure(rig, large.port(), small.port(), 0);
            rig.apply(Rig.http());
            live(rig, Duration.ofSeconds(seconds / 3), small, other, large);
            var before = count(rig, "begin");
            live(rig, Duration.ofSeconds(seconds - seconds / 3), small, other, large);
            var after = count(rig, "end");
            System.out.println(
                    "soak requests="
                            + requests
                            + " failed="
                            + failed
                            + " resets="
                            + resets
                            + " changes="
                            + changes);
            assertEquals(0, failed.get(), "requests of well-behaved clients that failed");
            assertTrue(after.fds() <= before.fds() + 2, "descriptors");
            assertTrue(after.live() <= before.live() + 2, "live things: " + LeftOver.list());
            assertTrue(after.buffers() <= before.buffers() + 64 * 1024, "buffers");
            assertTrue(after.heapKb() <= before.heapKb() * 1.1 + 4096, "heap");
            assertTrue(after.rssKb() <= before.rssKb() * 1.15 + 16_384, "resident memory");
        }
    }

    private static Origin large() {
        return new Origin(wire -> {
            var part = new byte[64 * 1024];
            while (wire.request() != null) {
                wire.write("HTTP/1.1 200 OK\r\ncontent-length: " + LARGE + "\r\n\r\n");
                for (var i = 0; i < LARGE; i += part.length) {
                    wire.out.write(part);
                }
            }
        });
    }

    private static void configure(Rig rig, int large, int small, int round) {
        var name = "c" + round % 3;
        rig.apply(
                Rig.cluster("large", large),
                Rig.cluster(name, small),
                Rig.routes(
                        "- match: {prefix: /large}\n  route: {cluster: large}\n"
                                + "- match: {prefix: /}\n  route: {cluster: "
                                + name
                                + "}\n"));
    }

    private void live(Rig rig, Duration time, Origin small, Origin other, Origin large)
            throws InterruptedException {
        stop.set(false);
        var until = System.nanoTime() + time.toNanos();
        var threads = new ArrayList<Thread>();
        for (var i = 0; i < 4; i++) {
            threads.add(Thread.startVirtualThread(() -> steady(rig)));
        }
        threads.add(Thread.startVirtualThread(() -> resetting(rig)));
        threads.add(Thread.startVirtualThread(() -> slow(rig)));
        for (var round = 1; System.nanoTime() < until; round++) {
            configure(rig, large.port(), round % 2 == 0 ? small.port() : other.port(), round);
            var listener = Rig.http().toBuilder().setStatPrefix("round" + round);
            if (round % 20 == 0) { // another server's name: the old chain drains
                listener.getFilterChainsBuilder(0).setName("chain" + round);
            }
            rig.apply(listener.build());
            rig.remove(ConfigUpdate.CLUSTER, "c" + (round + 1) % 3);
            changes.incrementAndGet();
            rig.ends.clear();
            pause(100);
        }
        stop.set(true);
        for (var thread : threads) {
            thread.join();
        }
        configure(rig, large.port(), small.port(), 0);
    }

    private void steady(Rig rig) {
        while (!stop.get()) {
            try (var wire = Wire.to(rig.port("main"))) {
                for (var i = 0; i < 200 && !stop.get(); i++) {
                    var answer = wire.get("/");
                    if (answer == null) {
                        break; // drained between two requests
                    }
                    requests.incrementAndGet();
                    failed.addAndGet(answer.status() == 200 ? 0 : 1);
                    if (answer.header("connection") != null) {
                        break;
                    }
                }
            } catch (IllegalStateException e) {
                resets.incrementAndGet(); // closed as the request went out: HTTP allows it
            }
        }
    }

    private static void pause(long millis) throws InterruptedException {
        assertFalse(new CountDownLatch(1).await(millis, TimeUnit.MILLISECONDS));
    }

    /// Clients that break off in the middle of everything.
    private void resetting(Rig rig) {
        String[] beginnings = {
            "",
            "GET / HT",
            "GET /large HTTP/1.1\r\nhost: t\r\n\r\n",
            "POST / HTTP/1.1\r\nhost: t\r\ncontent-length: 100000\r\n\r\nabc",
            "GET / HTTP/1.1\r\nhost: t\r\n\r\nGET / HTTP/1.1\r\nhost: t\r\n\r\n",
            "nonsense\r\n\r\n"
        };
        for (var i = 0; !stop.get(); i++) {
            try (var wire = Wire.to(rig.port("main"))) {
                wire.write(beginnings[i % beginnings.length]);
                if (i % 2 == 0) {
                    wire.socket.setSoLinger(true, 0);
                }
                pause(5);
                resets.incrementAndGet();
            } catch (IOException | InterruptedException | IllegalStateException e) {
                resets.incrementAndGet();
            }
        }
    }

    /// Clients that ask for much and read little.
    private void slow(Rig rig) {
        while (!stop.get()) {
            try (var wire = Wire.to(rig.port("main"))) {
                wire.write("GET /large HTTP/1.1\r\nhost: t\r\n\r\n");
                for (var i = 0; i < 20 && !stop.get(); i++) {
                    wire.in.readNBytes(10_000);
                    pause(10);
                }
            } catch (IOException | InterruptedException | IllegalStateException e) {
                resets.incrementAndGet();
            }
        }
    }

    private static Count count(Rig rig, String when) throws IOException {
        eventually(
                Duration.ofSeconds(90),
                "all connections have ended",
                () -> rig.plane.connections() == 0);
        eventually(
                Duration.ofSeconds(30),
                "no buffer is in use",
                () -> PooledByteBufAllocator.DEFAULT.pinnedDirectMemory() < 256 * 1024);
        System.gc();
        System.gc();
        var runtime = Runtime.getRuntime();
        long fds;
        try (var files = Files.list(Path.of("/proc/self/fd"))) {
            fds = files.count();
        }
        var count =
                new Count(
                        fds,
                        LeftOver.list().size(),
                        PooledByteBufAllocator.DEFAULT.pinnedDirectMemory(),
                        (runtime.totalMemory() - runtime.freeMemory()) / 1024,
                        rss());
        System.out.println("soak " + when + " " + count);
        return count;
    }

    private static long rss() throws IOException {
        return List.copyOf(Files.readAllLines(Path.of("/proc/self/status"))).stream()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")))
                .findFirst()
                .orElse(0);
    }
}
