import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/// Puts load on a proxy by h2load, on the core that is not the proxy's.
///
/// @param core where h2load runs
/// @param folder with the files of the load
/// @param certificate the library that has h2load show its certificate
record Load(int core, Path folder, Path certificate) {
    private static final Pattern FINISHED = Pattern.compile("finished in [^,]*, ([0-9.]+) req/s");
    private static final Pattern COUNTS =
            Pattern.compile("requests: (\\d+) total, \\d+ started, (\\d+) done, (\\d+) succeeded, (\\d+) failed");
    private static final double WARM_UP = 0.4;
    private static final double WARM_PASS = 2.5;

    /// The share of the CPU that a compiler may still take.
    private static final double QUIET = 0.03;

    /// What one run gave.
    ///
    /// @param cpuMicros of the proxy, a request
    /// @param busy share of its core that the proxy had
    record Saturated(double cpuMicros, double perSecond, double busy, double rss) {}

    /// How long requests took at a steady rate, in milliseconds.
    record Steady(double p50, double p99) {
        static final Steady NONE = new Steady(Double.NaN, Double.NaN);
    }

    /// Loads a proxy until its compiler has nothing to do any more, so that a row says what requests cost and not what the
    /// first of them cost; on a busy machine that takes longer. Proxies without a compiler are warm as they are.
    ///
    /// @param most seconds
    void warm(Row row, Peer peer, double most) throws IOException, InterruptedException {
        var pass = Math.min(most, WARM_PASS);
        for (var left = peer.compilerMicros() == 0 ? 0 : most; left > 0; left -= pass + WARM_UP) {
            var all = peer.cpuMicros();
            var compiler = peer.compilerMicros();
            saturate(row, peer, pass);
            if (peer.compilerMicros() - compiler < QUIET * (peer.cpuMicros() - all)) {
                return;
            }
        }
    }

    /// As many requests as it takes.
    Saturated saturate(Row row, Peer peer, double seconds) throws IOException, InterruptedException {
        var log = folder.resolve("h2load.txt");
        var load = start(row, peer, log, List.of("--warm-up-time", millis(WARM_UP), "-D", millis(seconds)));
        wait(load, WARM_UP + 0.15);
        var from = System.nanoTime();
        var before = peer.cpuMicros();
        wait(load, seconds - 0.3);
        var used = peer.cpuMicros() - before;
        var micros = (System.nanoTime() - from) / 1000.0;
        var rss = peer.rssMegabytes();
        var text = finish(load, log, row, peer);
        var found = FINISHED.matcher(text);
        if (!found.find()) {
            throw new IOException("h2load said: " + text);
        }
        var perSecond = Double.parseDouble(found.group(1));
        return new Saturated(used / micros / perSecond * 1e6, perSecond, used / micros, rss);
    }

    /// So many requests a second.
    Steady steady(Row row, Peer peer, double perSecond, double seconds) throws IOException, InterruptedException {
        var log = folder.resolve("h2load.txt");
        var times = folder.resolve("h2load.log");
        Files.deleteIfExists(times);
        var rate = String.format(Locale.ROOT, "%.3f", Math.max(0.5, perSecond / row.connections()));
        var load = start(
                row,
                peer,
                log,
                List.of("--rps", rate, "--warm-up-time", "200ms", "-D", millis(seconds), "--log-file", times.toString()));
        finish(load, log, row, peer);
        try (var lines = Files.lines(times)) {
            var micros = lines.mapToLong(line -> Long.parseLong(line.substring(line.lastIndexOf('\t') + 1))).sorted().toArray();
            return new Steady(at(micros, 0.50), at(micros, 0.99));
        }
    }

    private static double at(long[] sorted, double share) {
        return sorted.length == 0 ? Double.NaN : sorted[(int) Math.min(sorted.length - 1, sorted.length * share)] / 1000.0;
    }

    private Process start(Row row, Peer peer, Path log, List<String> how) throws IOException {
        var words = new ArrayList<>(List.of("taskset", "-c", Integer.toString(core), "h2load", "-t", "1"));
        words.addAll(List.of("-c", Integer.toString(row.connections()), "-m", Integer.toString(row.streams())));
        words.addAll(how);
        if (row.asked() == Row.Asked.HTTP1) {
            words.add("--h1");
        }
        if (row.asked() == Row.Asked.GRPC) {
            words.addAll(List.of("-H", "content-type: application/grpc", "-H", "te: trailers"));
            words.addAll(List.of("-d", folder.resolve("files" + row.path()).toString()));
        }
        words.addAll(List.of("-w", "24", "-W", "24")); // flow control shall be the proxy's, not the client's
        words.add((row.set().tls ? "https" : "http") + "://127.0.0.1:" + peer.port() + row.path());
        var builder = new ProcessBuilder(words).redirectErrorStream(true).redirectOutput(log.toFile());
        if (row.set().tls) {
            builder.environment().put("LD_PRELOAD", certificate.toString());
            builder.environment().put("CLIENT_CERTIFICATE", folder.resolve("client.pem").toString());
            builder.environment().put("CLIENT_KEY", folder.resolve("client.key").toString());
        }
        return builder.start();
    }

    private static String millis(double seconds) {
        return (long) (seconds * 1000) + "ms";
    }

    private static void wait(Process load, double seconds) throws InterruptedException {
        load.waitFor((long) (seconds * 1e6), TimeUnit.MICROSECONDS);
    }

    private static String finish(Process load, Path log, Row row, Peer peer) throws IOException, InterruptedException {
        if (!load.waitFor(20, TimeUnit.SECONDS)) {
            load.destroyForcibly();
            throw new IOException("h2load does not end on " + row.name() + " of " + peer.name);
        }
        var text = new String(Files.readAllBytes(log), StandardCharsets.UTF_8);
        var counts = COUNTS.matcher(text);
        if (!counts.find() || Long.parseLong(counts.group(3)) == 0 || Long.parseLong(counts.group(4)) > 0) {
            throw new IOException(row.name() + " of " + peer.name + " fails: "
                    + String.join(" | ", Arrays.stream(text.split("\n")).filter(l -> l.contains("req") || l.contains("status")).toList()));
        }
        return text;
    }
}
