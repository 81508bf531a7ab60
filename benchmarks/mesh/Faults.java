import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;

/// Kills every process of a mesh in turn, by SIGKILL, under a steady load through the gateway and beside a client that writes to the API:
/// what was lost, how long it took until all was as before, and whether each write that was acknowledged is there. Where the
/// mesh itself ends with the killed one, it is started again. `Faults SERIN EXAMPLE RATE SECONDS-BEFORE` in a fresh XDG_STATE_HOME; prints a
/// row a process and `name=value` pairs, and exits with 1 if a write was lost or the load did not recover.
final class Faults {
    private static final String MESH = "faults";

    private final Serin serin;
    private final Path example;
    private final int rate;
    private final int before;
    private final List<String> rows = new ArrayList<>();
    private double slowest;
    private long failed;

    private Faults(String serin, Path example, int rate, int before) {
        this.serin = new Serin(serin, MESH);
        this.example = example;
        this.rate = rate;
        this.before = before;
    }

    public static void main(String[] args) throws Exception {
        var faults = new Faults(args[0], Path.of(args[1]), Integer.parseInt(args[2]), Integer.parseInt(args[3]));
        try {
            faults.run();
        } finally {
            faults.serin.run("down");
        }
    }

    private void run() throws Exception {
        var said = serin.run("up", "--detach", "-f", example.toString());
        var url = said.lines().filter(l -> l.startsWith("try: curl")).map(l -> l.substring(l.indexOf("http"))).findFirst()
                .orElseThrow(() -> new IllegalStateException("the mesh did not start: " + said));
        try (var api = new Api(serin.run("kubeconfig")); var load = new Load(url, Files.readString(example.resolve("request.json")), rate)) {
            for (var version : List.of("digits-v1", "digits-v2")) {
                api.scale(version, 2);
            }
            Serin.await("two pods of each version", () -> api.ready() >= 6);
            var writer = new Writer(api);
            load.start();
            writer.start();
            Serin.await("the load is answered", () -> load.successesInARow() > rate);
            var killed = new TreeSet<String>();
            // A mesh that was started again has the same roles: each is killed once.
            for (var victim = next(killed); victim != null; victim = next(killed)) {
                killed.add(victim.role());
                kill(victim, api, load, writer);
            }
            load.close();
            writer.close();
            var lost = writer.lost();
            System.out.println("| process | failed of requests sent until all was well | last failure after | all as before after | |");
            System.out.println("|---|---|---|---|---|");
            rows.forEach(System.out::println);
            System.out.printf("%nWrites acknowledged: %d; lost: %d.%n", writer.acknowledged(), lost.size());
            System.out.printf("processes=%d failed=%d slowest_recovery_s=%.2f acknowledged=%d lost=%d%n",
                    rows.size(), failed, slowest, writer.acknowledged(), lost.size());
            if (!lost.isEmpty()) {
                throw new IllegalStateException("lost although acknowledged: " + lost);
            }
        }
    }

    private Victims.Victim next(TreeSet<String> killed) throws IOException {
        return Victims.of(serin.state()).stream().filter(v -> !killed.contains(v.role())).findFirst().orElse(null);
    }

    private void kill(Victims.Victim victim, Api api, Load load, Writer writer) throws Exception {
        TimeUnit.SECONDS.sleep(before);
        var pods = api.ready();
        var front = Victims.front(serin.state());
        load.mark();
        victim.process().destroyForcibly();
        var ended = System.nanoTime();
        var again = new boolean[1];
        Serin.await("all as before the end of " + victim.role(), () -> {
            // Where the mesh ended with it, its person starts it again.
            if (!front.isAlive() && !again[0]) {
                again[0] = true;
                restart();
            }
            // A pod is ready until its end is noticed: only a while without a failure shows that all is well.
            return load.successesInARow() > 2 * rate && api.ready() >= pods && !victim.process().isAlive();
        });
        var took = load.lastFailureAfterMark();
        var whole = Math.max(0, (System.nanoTime() - ended) / 1e9 - 2);
        slowest = Math.max(slowest, took);
        failed += load.failedSinceMark();
        var row = String.format("| %s | %d of %d%s | %.2f s | %.1f s | %s |", victim.role(), load.failedSinceMark(), load.sentSinceMark(),
                load.failedSinceMark() == 0 ? "" : " (" + load.whySinceMark() + ")", took, whole, again[0] ? "the mesh ended; `serin up` again" : "");
        System.err.println(row);
        rows.add(row);
    }

    private void restart() throws IOException {
        try {
            serin.run("up", "--detach");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
