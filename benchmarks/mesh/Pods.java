import java.nio.file.Files;
import java.nio.file.Path;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/// How much a mesh takes: memory when it is idle, fifty pods of a tiny service (until they are ready, memory, answers), and a
/// rolling update of ten under load. `Pods SERIN TINY`; prints lines for people and, last, `name=value` pairs; exits with 1 if a request failed.
final class Pods {
    private static final int RATE = 200;

    private Pods() {}

    public static void main(String[] args) throws Exception {
        var serin = new Serin(args[0], "pods");
        try {
            run(serin, args[1]);
        } finally {
            serin.run("down");
        }
    }

    private static void run(Serin serin, String tiny) throws Exception {
        // 1. Nothing in it.
        serin.run("up", "--detach");
        TimeUnit.SECONDS.sleep(10);
        var idle = memory(serin.state(), "idle");
        serin.run("down");
        // 2. Fifty.
        var said = serin.run("up", "--detach", "-f", tiny);
        var url = said.lines().filter(l -> l.startsWith("gateway ")).map(l -> l.split("\\s+")[1]).findFirst().orElseThrow() + "/";
        try (var api = new Api(serin.run("kubeconfig"))) {
            var own = api.ready();
            api.scale("tiny", 50);
            var fifty = Serin.await("fifty pods are ready", () -> api.ready() >= own + 50);
            var answered = load(url, 5);
            System.out.printf("50 pods: ready after %.1f s; then %s%n", fifty, answered);
            var full = memory(serin.state(), "50 pods");
            // 3. Ten, replaced one after the other.
            api.scale("tiny", 10);
            Serin.await("ten pods are left", () -> api.ready() == own + 10 && api.pods("tiny") == 10);
            try (var load = new Load(url, "x", RATE)) {
                load.start();
                Serin.await("the load is answered", () -> load.successesInARow() > RATE);
                load.mark();
                api.restart("tiny");
                var rolled = Serin.await("all ten are new", () -> api.updated("tiny") == 10 && api.pods("tiny") == 10);
                TimeUnit.SECONDS.sleep(1);
                System.out.printf("rolling update of 10 at %d requests a second: %.1f s, %d of %d requests failed %s%n",
                        RATE, rolled, load.failedSinceMark(), load.sentSinceMark(), load.whySinceMark());
                System.out.printf("idle_pss_mb=%.0f fifty_ready_s=%.1f fifty_pss_mb=%.0f rolled_s=%.1f failed=%d%n", idle, fifty, full, rolled,
                        load.failedSinceMark() + answered.failed());
                if (load.failedSinceMark() + answered.failed() > 0) {
                    throw new IllegalStateException("requests failed");
                }
            }
        }
    }

    private record Answered(long sent, long failed) {
        @Override
        public String toString() {
            return failed + " of " + sent + " requests failed";
        }
    }

    private static Answered load(String url, int seconds) throws Exception {
        try (var load = new Load(url, "x", RATE)) {
            load.start();
            TimeUnit.SECONDS.sleep(seconds);
            return new Answered(load.sentSinceMark(), load.failedSinceMark());
        }
    }

    /// Proportional set size of all processes of the mesh, in MB.
    private static double memory(Path state, String when) throws Exception {
        var all = new TreeMap<String, Double>();
        for (var victim : Victims.of(state)) {
            var file = Path.of("/proc/" + victim.process().pid() + "/smaps_rollup");
            try {
                var pss = Files.readAllLines(file).stream().filter(l -> l.startsWith("Pss:")).mapToLong(l -> Long.parseLong(l.replaceAll("\\D", ""))).sum();
                all.merge(victim.role(), pss / 1024.0, Double::sum);
            } catch (java.io.IOException e) {
                // It ended meanwhile.
            }
        }
        var sum = all.values().stream().mapToDouble(Double::doubleValue).sum();
        System.out.printf("%s: %.0f MB%n", when, sum);
        all.forEach((role, mb) -> System.out.printf("  %-45s %6.1f MB%n", role, mb));
        return sum;
    }
}
