import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/// `benchmarks/run proxy`: our proxy beside Envoy, nginx and HAProxy, one after the other in turns, a row at a time.
///
/// `Benchmark FOLDER [--quick] [--rows NAME,…] [--rounds N] [--seconds S] [--peers NAME,…] [--without PART,…]`
final class Benchmark {
    private static final List<String> QUICK = List.of("http1-1k-64", "h2-1k-64", "mtls-1k-64", "services-1k-512");

    private final Bench bench;
    private final boolean quick;
    private final int rounds;
    private final double seconds;
    private final List<String> peers;
    private final List<Figures> figures = new ArrayList<>();
    private final Map<String, Spread> idle = new LinkedHashMap<>();
    private final Map<String, Spread> starts = new LinkedHashMap<>();

    private Benchmark(Bench bench, boolean quick, Map<String, String> options) {
        this.bench = bench;
        this.quick = quick;
        rounds = Integer.parseInt(options.getOrDefault("--rounds", quick ? "1" : "7"));
        seconds = Double.parseDouble(options.getOrDefault("--seconds", quick ? "0.6" : "1.2"));
        var all = quick ? "serin,envoy" : String.join(",", Bench.PEERS);
        peers = List.of(options.getOrDefault("--peers", all).split(","));
    }

    public static void main(String[] arguments) throws Exception {
        var options = new LinkedHashMap<String, String>();
        var quick = false;
        for (var i = 1; i < arguments.length; i++) {
            if (arguments[i].equals("--quick")) {
                quick = true;
            } else if (arguments[i].matches("--(rows|rounds|seconds|peers|without)") && i + 1 < arguments.length) {
                options.put(arguments[i], arguments[++i]);
            } else {
                System.err.println("unknown: " + arguments[i] + "; rows are "
                        + Row.all().stream().map(Row::name).collect(Collectors.joining(" ")));
                System.exit(2);
            }
        }
        var chosen = options.containsKey("--rows") ? List.of(options.get("--rows").split(",")) : quick ? QUICK : null;
        var rows = Row.all().stream().filter(row -> chosen == null || chosen.contains(row.name())).toList();
        var without = options.containsKey("--without") ? Set.of(options.get("--without").split(",")) : Set.<String>of();
        var load = Files.readString(Path.of("/proc/loadavg")).split(" ")[0];
        try (var bench = new Bench(Path.of(arguments[0]), System.getenv(), without)) {
            var benchmark = new Benchmark(bench, quick, options);
            benchmark.measure(rows);
            var table = new Table(benchmark.figures, benchmark.idle, benchmark.starts, benchmark.rounds, benchmark.seconds, load);
            if (chosen == null && benchmark.peers.equals(Bench.PEERS) && without.isEmpty()) {
                var file = Path.of(arguments[0]).resolveSibling("results").resolve(LocalDate.now() + "-proxy.md");
                Files.writeString(file, table.text());
                System.err.println("written: " + file);
            } else {
                System.err.print(table.text());
            }
            System.out.println(table.last());
        }
    }

    private void measure(List<Row> rows) throws IOException, InterruptedException {
        for (var set : Row.Set.values()) {
            var ofSet = rows.stream().filter(row -> row.set() == set).toList();
            if (!ofSet.isEmpty()) {
                measure(set, ofSet);
            }
        }
        if (!quick && rows.size() > 1) {
            starts();
        }
    }

    /// All rows of one configuration: its proxies are up together, and one at a time has something to do.
    private void measure(Row.Set set, List<Row> rows) throws IOException, InterruptedException {
        var up = new LinkedHashMap<String, Peer>();
        var missing = new LinkedHashMap<String, String>();
        try {
            for (var name : peers) {
                try {
                    var peer = bench.start(name, set, Bench.PROXY_CORE);
                    up.put(name, peer);
                    peer.ready();
                } catch (IOException e) {
                    missing.put(name, String.valueOf(e.getMessage()));
                    System.err.println(set.title + ": " + e.getMessage());
                }
            }
            missing.keySet().forEach(name -> {
                var peer = up.remove(name);
                if (peer != null) {
                    peer.close();
                }
            });
            if (set == Row.Set.MANY) {
                up.forEach((name, peer) -> idle.put(name, Spread.of(List.of(peer.rssMegabytes()))));
            }
            for (var row : rows) {
                var of = new Figures(row);
                figures.add(of);
                of.missing.putAll(missing);
                measure(of, up, row.equals(rows.getFirst()));
            }
        } finally {
            up.values().forEach(Peer::close);
        }
    }

    private void measure(Figures of, Map<String, Peer> up, boolean first) throws IOException, InterruptedException {
        var reached = new LinkedHashMap<String, Double>();
        for (var peer : up.values()) {
            try {
                bench.load.warm(of.row.wide(), peer, quick ? 2.5 : first ? 30 : 15);
                reached.put(peer.name, bench.load.saturate(of.row, peer, 0.5).perSecond());
            } catch (IOException e) {
                of.missing.put(peer.name, String.valueOf(e.getMessage()));
                System.err.println(e.getMessage());
            }
            peer.forgetOutput();
        }
        var slowest = Math.min(reached.getOrDefault("serin", Double.MAX_VALUE), reached.getOrDefault("envoy", Double.MAX_VALUE));
        of.rate = 0.4 * (slowest < Double.MAX_VALUE ? slowest : reached.values().stream().min(Double::compare).orElse(0.0));
        for (var round = 0; round < rounds; round++) {
            for (var peer : up.values()) {
                if (!of.missing.containsKey(peer.name)) {
                    round(of, peer);
                }
            }
        }
        System.err.println(Table.line(of));
    }

    private void round(Figures of, Peer peer) throws IOException, InterruptedException {
        try {
            var saturated = bench.load.saturate(of.row, peer, seconds);
            var compared = peer.name.equals("serin") || peer.name.equals("envoy");
            var steady = quick || !compared ? Load.Steady.NONE : bench.load.steady(of.row, peer, of.rate, seconds);
            of.add(peer.name, saturated, steady);
        } catch (IOException e) {
            of.missing.put(peer.name, String.valueOf(e.getMessage()));
            System.err.println(e.getMessage());
        }
        peer.forgetOutput();
    }

    /// How long from the start of the process to the first connection that it takes; it has all cores, as nothing else
    /// runs.
    private void starts() throws InterruptedException {
        var seconds = new LinkedHashMap<String, List<Double>>();
        for (var round = 0; round < rounds; round++) {
            for (var name : peers) {
                try (var peer = bench.start(name, Row.Set.FULL, Bench.ANY_CORE)) {
                    seconds.computeIfAbsent(name, _ -> new ArrayList<>()).add(peer.ready());
                } catch (IOException e) {
                    System.err.println(String.format(Locale.ROOT, "start of %s: %s", name, e.getMessage()));
                }
            }
        }
        seconds.forEach((name, all) -> starts.put(name, Spread.of(all)));
    }
}
