package dev.serin.local.node.usage;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.serin.local.api.Usage;
import dev.serin.testkit.FakeTime;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;

/// Rates from what `/proc` says, on a folder in its place.
class MeteringTest {
    @TempDir Path proc;
    private final FakeTime time = new FakeTime();
    private Metering metering;

    @BeforeEach
    void open() throws IOException {
        machine(1000, 6_000_000);
        metering = new Metering(proc, time, time, Runnable::run);
    }

    @AfterEach
    void close() {
        metering.close();
        assertEquals(0, time.waiting());
    }

    @Test
    void aContainerIsItsProcessAndAllBelowIt() throws Exception {
        process(10, 1, 100, 1000);
        process(11, 10, 50, 2000);
        process(12, 11, 0, 500);
        process(99, 1, 100_000, 90_000);
        metering.began("ns", "p", "a", new Source.Tree(10));
        assertEquals(List.of(), metering.pods());
        // Half a second of 15, one of them in a process that is new.
        process(11, 10, 80, 2000);
        process(13, 12, 20, 500);
        time.advance(Duration.ofSeconds(15));
        assertEquals(1 / 30.0, used("a").cores(), 1e-9);
        assertEquals(4000 << 10, used("a").bytes());
        time.advance(Duration.ofSeconds(15));
        assertEquals(0, used("a").cores(), 1e-9);
        metering.ended("ns", "p", "a");
        assertEquals(List.of(), metering.pods());
    }

    @Test
    void aPodIsToldOnceAllOfItIsMeasured() throws Exception {
        process(10, 1, 0, 1000);
        metering.began("ns", "p", "a", new Source.Tree(10));
        time.advance(Duration.ofSeconds(14));
        metering.began("ns", "p", "b", new Source.Tree(10));
        // A second is too short for a rate.
        time.advance(Duration.ofSeconds(1));
        assertEquals(List.of(), metering.pods());
        time.advance(Duration.ofSeconds(15));
        assertEquals(
                List.of("a", "b"), List.copyOf(metering.pods().getFirst().containers().keySet()));
    }

    @Test
    void whoSharesAProcessIsToldAnEqualPart() throws Exception {
        var proxies = new AtomicInteger(2);
        process(10, 1, 0, 8000);
        metering.began("ns", "p", "istio-proxy", new Source.Share(10, proxies::get));
        process(10, 1, 300, 8000);
        time.advance(Duration.ofSeconds(15));
        assertEquals(0.1, used("istio-proxy").cores(), 1e-9);
        assertEquals(4000 << 10, used("istio-proxy").bytes());
        proxies.set(3);
        process(10, 1, 900, 9000);
        time.advance(Duration.ofSeconds(15));
        assertEquals(0.4 / 3, used("istio-proxy").cores(), 1e-9);
    }

    @Test
    void theMachineIsMeasuredWhole() throws Exception {
        machine(1000 + 1500, 7_000_000);
        time.advance(Duration.ofSeconds(15));
        var machine = Objects.requireNonNull(metering.machine());
        assertEquals(1.0, machine.amount().cores(), 1e-9);
        assertEquals(1_000_000L << 10, machine.amount().bytes());
        assertEquals(Duration.ofSeconds(15), machine.window());
    }

    private Usage.Amount used(String container) {
        return Objects.requireNonNull(metering.pods().getFirst().containers().get(container));
    }

    private void process(int pid, int parent, int ticks, int kilobytes) throws IOException {
        var folder = Files.createDirectories(proc.resolve("" + pid));
        Files.writeString(
                folder.resolve("stat"),
                pid
                        + " (a (b) c) S "
                        + parent
                        + " 1 1 0 -1 4194560 1 0 0 0 "
                        + ticks
                        + " 0 0 0 20 0 1 0 5 6 7\n");
        Files.writeString(
                folder.resolve("status"),
                "Name:\ta\nRssAnon:\t%d kB\nRssFile:\t7000 kB\nRssShmem:\t0 kB\n"
                        .formatted(kilobytes));
    }

    private void machine(long busyTicks, long available) throws IOException {
        Files.writeString(
                proc.resolve("stat"), "cpu  " + busyTicks + " 0 0 555 666 0 0 0 0 0\ncpu0 1\n");
        Files.writeString(
                proc.resolve("meminfo"),
                "MemTotal:        8000000 kB\nMemAvailable:    %d kB\n".formatted(available));
    }
}
