import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// The report, in Markdown.
///
/// @param idle the memory of each proxy with 200 services before any load
/// @param starts seconds from each proxy's start to the first connection
record Table(List<Figures> figures, Map<String, Spread> idle, Map<String, Spread> starts, int rounds, double seconds, String load) {
    String text() throws IOException {
        var text = new StringBuilder();
        text.append(head());
        text.append("\n## CPU a request\n\nµs of CPU, the median of the rounds; then ours over theirs.\n\n");
        text.append("| row | ours | Envoy | nginx | HAProxy | of Envoy's | must / aim | of nginx's | of HAProxy's |\n");
        text.append("|---|---|---|---|---|---|---|---|---|\n");
        figures.forEach(of -> text.append(cpu(of)));
        text.append("\n## Requests a second, and time at a steady rate\n\nAt saturation, with the share of the proxy's core that was busy; then the"
                + " median and the 99th percentile in ms at 40 % of what the slower of ours and Envoy's reaches.\n\n");
        text.append("| row | ours | Envoy | nginx | HAProxy | of Envoy's | p50 ours / Envoy | p99 ours / Envoy | p99 of Envoy's |\n");
        text.append("|---|---|---|---|---|---|---|---|---|\n");
        figures.forEach(of -> text.append(speed(of)));
        text.append("\n## Memory and start\n\n| | ours | Envoy | nginx | HAProxy | must / aim |\n|---|---|---|---|---|---|\n");
        text.append("| RSS, 200 services, idle, MB |").append(across(idle, "%.0f")).append(" |\n");
        figures.stream().filter(of -> of.row.set() == Row.Set.MANY).forEach(of -> text.append(memory(of)));
        text.append("| taking connections after, s |").append(across(starts, "%.2f")).append(" 1.0 / 0.5");
        text.append(starts.containsKey("serin") ? mark(starts.get("serin").median(), 1.0, 0.5) : "").append(" |\n");
        return text.toString();
    }

    private String head() throws IOException {
        var processors = Files.readAllLines(Path.of("/proc/cpuinfo")).stream()
                .filter(line -> line.startsWith("model name"))
                .map(line -> line.replaceFirst("^[^:]*: ", ""))
                .toList();
        var memory = Long.parseLong(Files.readAllLines(Path.of("/proc/meminfo")).getFirst().replaceAll("\\D", "")) / 1_000_000;
        return """
        # The proxy beside its peers, %s

        By `benchmarks/run proxy`: %d rounds a row of %.1f s a load, in each the proxies in turn, ours and Envoy from the very
        same configuration. The proxy under test is alone on core 0, with one worker; load (h2load) and backend (nginx) share
        core 1 (at a start both cores are the proxy's).
        CPU is the kernel's account of all threads of the process. Ratios are those of the pairs in a round: the median, and in
        brackets the bootstrap's 95 %% interval of it. **missed** marks a must, *aim missed* an aim.
        A row is protocol, body, connections. HTTP/2 and gRPC have 10 streams a connection (100 on one, 2 with 64 KB, 1 on
        512); gRPC sends as much as it gets. TCP carries HTTP/1.1. nginx has HTTP/1.1 behind HTTP/2. "full" is access log,
        RBAC, fault, CORS, request ids and tracing of 1 %%; ours has Istio's metrics on top, nginx and HAProxy log and id only.

        Machine: %d cores (%s), %d GB of memory, Linux %s; load %s when it began.
        """
                .formatted(
                        LocalDate.now(),
                        rounds,
                        seconds,
                        processors.size(),
                        processors.getFirst(),
                        memory,
                        System.getProperty("os.version").replaceFirst("-.*", ""),
                        load);
    }

    private static String cpu(Figures of) {
        var line = new StringBuilder("| " + of.row.name() + " |");
        for (var peer : Bench.PEERS) {
            line.append(of.has(peer) ? String.format(Locale.ROOT, " %.1f |", of.of(peer, Figures.Figure::cpu).median()) : none(of, peer));
        }
        var ratio = of.ratio("envoy", Figures.Figure::cpu);
        line.append(' ').append(ratio).append(" | ");
        line.append(String.format(Locale.ROOT, "%.2f / %.2f", of.row.must(), of.row.aim()));
        line.append(ratio.known() ? mark(ratio.median(), of.row.must(), of.row.aim()) : "");
        line.append(" | ").append(of.ratio("nginx", Figures.Figure::cpu));
        line.append(" | ").append(of.ratio("haproxy", Figures.Figure::cpu)).append(" |\n");
        return line.toString();
    }

    private static String speed(Figures of) {
        var line = new StringBuilder("| " + of.row.name() + " |");
        for (var peer : Bench.PEERS) {
            line.append(
                    of.has(peer)
                            ? String.format(
                                    Locale.ROOT,
                                    " %.0f (%.0f %%) |",
                                    of.of(peer, Figures.Figure::perSecond).median(),
                                    of.of(peer, Figures.Figure::busy).median() * 100)
                            : none(of, peer));
        }
        line.append(' ').append(of.ratio("envoy", Figures.Figure::perSecond));
        line.append(String.format(
                Locale.ROOT,
                " | %.2f / %.2f | %.2f / %.2f | ",
                of.of("serin", Figures.Figure::p50).median(),
                of.of("envoy", Figures.Figure::p50).median(),
                of.of("serin", Figures.Figure::p99).median(),
                of.of("envoy", Figures.Figure::p99).median()));
        var p99 = of.ratio("envoy", Figures.Figure::p99);
        line.append(p99).append(p99.known() ? mark(p99.low(), 1.2, 1.0) : "").append(" |\n");
        return line.toString();
    }

    private static String memory(Figures of) {
        var line = new StringBuilder("| RSS, 200 services, under load, MB |");
        for (var peer : Bench.PEERS) {
            line.append(of.has(peer) ? String.format(Locale.ROOT, " %.0f |", of.of(peer, Figures.Figure::rss).median()) : " – |");
        }
        return line + " 200 / 160" + (of.has("serin") ? mark(of.of("serin", Figures.Figure::rss).median(), 200, 160) : "") + " |\n";
    }

    private static String across(Map<String, Spread> of, String format) {
        var line = new StringBuilder();
        for (var peer : Bench.PEERS) {
            line.append(of.containsKey(peer) ? String.format(Locale.ROOT, " " + format + " |", of.get(peer).median()) : " – |");
        }
        return line.toString();
    }

    private static String none(Figures of, String peer) {
        return peer.equals("serin") && of.missing.containsKey(peer) ? " not yet |" : " – |";
    }

    private static String mark(double is, double must, double aim) {
        return is > must ? " **missed**" : is > aim ? " *aim missed*" : "";
    }

    /// One row, for whoever watches.
    static String line(Figures of) {
        var line = new StringBuilder(String.format(Locale.ROOT, "%-16s", of.row.name()));
        for (var peer : Bench.PEERS) {
            if (of.has(peer)) {
                line.append(String.format(
                        Locale.ROOT,
                        " %s %.1f µs %.0f/s p99 %.2f,",
                        peer,
                        of.of(peer, Figures.Figure::cpu).median(),
                        of.of(peer, Figures.Figure::perSecond).median(),
                        of.of(peer, Figures.Figure::p99).median()));
            }
        }
        return line + " of Envoy's " + of.ratio("envoy", Figures.Figure::cpu);
    }

    /// The values of the last line.
    String last() {
        var many = figures.stream().filter(of -> of.row.set() == Row.Set.MANY && of.has("serin")).findFirst();
        return "cpu_http1=%s cpu_h2=%s cpu_mtls=%s cpu_full=%s rss_mb=%s"
                .formatted(
                        ratio("http1-1k-64"),
                        ratio("h2-1k-64"),
                        ratio("mtls-1k-64"),
                        ratio("full-1k-64").equals("none") ? ratio("services-1k-512") : ratio("full-1k-64"),
                        many.map(of -> String.format(Locale.ROOT, "%.0f", of.of("serin", Figures.Figure::rss).median())).orElse("none"));
    }

    private String ratio(String row) {
        return figures.stream()
                .filter(of -> of.row.name().equals(row) && of.ratio("envoy", Figures.Figure::cpu).known())
                .findFirst()
                .map(of -> String.format(Locale.ROOT, "%.2f", of.ratio("envoy", Figures.Figure::cpu).median()))
                .orElse("none");
    }
}
