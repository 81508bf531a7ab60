package dev.serin.local.node.usage;

import dev.serin.base.time.Ticker;
import dev.serin.base.time.Timers;
import dev.serin.local.api.Usage;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.function.Supplier;

/// Reads every 15 s what each container and the machine have used, as a cluster's metrics server
/// does. A round costs three small files a container (or one walk over `/proc` for all of them), so
/// it runs whether somebody asks or not, and an answer is always at hand. Safe for any thread;
/// rounds run on an executor of their own, one at a time.
public final class Metering implements Usage, AutoCloseable {
    /// Between two readings.
    public static final Duration PERIOD = Duration.ofSeconds(15);

    // Over a shorter time a rate says little: who began just before a round is told by the next.
    private static final Duration SHORTEST = Duration.ofSeconds(2);

    private final Path proc;
    private final Ticker ticker;
    private final Map<Key, Meter> meters = new ConcurrentHashMap<>();
    private volatile @Nullable OfMachine machine;
    private @Nullable Moment machineBefore;
    private final Timers.Timer timer;

    private record Key(String namespace, String pod, String container) {}

    /// A reading and when it was.
    private record Moment(long nanos, Reading reading) {}

    /// What is known of one run of a container; its fields change in rounds only.
    private static final class Meter {
        private final Source source;
        private Moment before;
        private @Nullable Measured last;

        Meter(Source source, Moment before) {
            this.source = source;
            this.before = before;
        }
    }

    private record Measured(Amount amount, Instant at, Duration window) {}

    /// @param rounds runs what reads files
    public Metering(Ticker ticker, Timers timers, Executor rounds) {
        this(Path.of("/proc"), ticker, timers, rounds);
    }

    Metering(Path proc, Ticker ticker, Timers timers, Executor rounds) {
        this.proc = proc;
        this.ticker = ticker;
        this.machineBefore = machineNow();
        this.timer = timers.every(PERIOD, () -> rounds.execute(this::round));
    }

    /// A container has been started.
    public void began(String namespace, String pod, String container, Source source) {
        if (source instanceof Source.Unknown) {
            return;
        }
        var reading = read(source, () -> ProcessTable.read(proc));
        var first = new Moment(ticker.nanos(), reading == null ? new Reading(0, 0) : reading);
        meters.put(new Key(namespace, pod, container), new Meter(source, first));
    }

    /// A container has ended.
    public void ended(String namespace, String pod, String container) {
        meters.remove(new Key(namespace, pod, container));
    }

    @Override
    public List<OfPod> pods() {
        var all = new TreeMap<String, OfPod>();
        var incomplete = new ArrayList<String>();
        meters.forEach((key, meter) -> {
            var id = key.namespace + "/" + key.pod;
            Measured last;
            synchronized (meter) {
                last = meter.last;
            }
            if (last == null) {
                incomplete.add(id);
                return;
            }
            all.computeIfAbsent(
                            id,
                            _ ->
                                    new OfPod(
                                            key.namespace,
                                            key.pod,
                                            last.at,
                                            last.window,
                                            new TreeMap<>()))
                    .containers()
                    .put(key.container, last.amount);
        });
        incomplete.forEach(all::remove);
        return List.copyOf(all.values());
    }

    @Override
    public @Nullable OfMachine machine() {
        return machine;
    }

    /// No round starts after this.
    @Override
    public void close() {
        timer.cancel();
    }

    private synchronized void round() {
        var table = new Once(() -> ProcessTable.read(proc));
        for (var meter : meters.values()) {
            var reading = read(meter.source, table);
            var now = ticker.nanos();
            if (reading == null || now - meter.before.nanos < SHORTEST.toNanos()) {
                continue;
            }
            var measured = measured(meter.before, new Moment(now, reading), parts(meter.source));
            synchronized (meter) {
                meter.last = measured;
            }
            meter.before = new Moment(now, reading);
        }
        var before = machineBefore;
        var now = machineNow();
        machineBefore = now;
        if (before != null && now != null && now.nanos > before.nanos) {
            var whole = measured(before, now, 1);
            machine = new OfMachine(whole.at, whole.window, whole.amount);
        }
    }

    private static int parts(Source source) {
        return source instanceof Source.Share(_, var containers)
                ? Math.max(1, containers.getAsInt())
                : 1;
    }

    private Measured measured(Moment from, Moment to, int parts) {
        var window = to.nanos - from.nanos;
        var used = Math.max(0, to.reading.cpuNanos() - from.reading.cpuNanos());
        return new Measured(
                new Amount((double) used / window / parts, to.reading.bytes() / parts),
                ticker.now(),
                Duration.ofNanos(window));
    }

    private @Nullable Reading read(Source source, Supplier<ProcessTable> table) {
        return switch (source) {
            case Source.Tree(long pid) -> table.get().tree(pid);
            case Source.Group(Cgroup cgroup) -> cgroup.read();
            case Source.Share(long pid, _) -> ProcessTable.one(proc, pid);
            case Source.Unknown() -> null;
        };
    }

    private @Nullable Moment machineNow() {
        try {
            var ticks = 0L;
            var words = Files.readString(proc.resolve("stat")).lines().findFirst().orElse("");
            var numbers = words.strip().split("\\s+");
            // user nice system idle iowait irq softirq steal
            for (var at : new int[] {1, 2, 3, 6, 7}) {
                ticks += Long.parseLong(numbers[at]);
            }
            var memory = memory(Files.readString(proc.resolve("meminfo")));
            var used =
                    memory.getOrDefault("MemTotal", 0L) - memory.getOrDefault("MemAvailable", 0L);
            return new Moment(ticker.nanos(), new Reading(ticks * 10_000_000, used));
        } catch (IOException | RuntimeException _) {
            return null;
        }
    }

    private static SortedMap<String, Long> memory(String meminfo) {
        var all = new TreeMap<String, Long>();
        meminfo.lines()
                .filter(line -> line.endsWith("kB"))
                .forEach(line ->
                        all.put(
                                line.substring(0, line.indexOf(':')),
                                Long.parseLong(line.replaceAll(".*:|\\D", "")) << 10));
        return all;
    }

    /// The memory of this machine in bytes; 0 where it can't be read.
    public static long machineMemory() {
        try {
            return memory(Files.readString(Path.of("/proc/meminfo"))).getOrDefault("MemTotal", 0L);
        } catch (IOException | RuntimeException _) {
            return 0;
        }
    }

    /// Reads when first asked.
    private static final class Once implements Supplier<ProcessTable> {
        private final Supplier<ProcessTable> source;
        private @Nullable ProcessTable table;

        Once(Supplier<ProcessTable> source) {
            this.source = source;
        }

        @Override
        public ProcessTable get() {
            var known = table;
            if (known == null) {
                known = source.get();
                table = known;
            }
            return known;
        }
    }
}
