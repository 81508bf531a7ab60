import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// The product's commands, on one mesh in a state folder of its own (`XDG_STATE_HOME`).
///
/// @param launcher several words may be given
record Serin(String launcher, String mesh) {
    private static final Duration LONGEST = Duration.ofSeconds(120);

    /// Where the mesh keeps its state.
    Path state() {
        return Path.of(System.getenv("XDG_STATE_HOME"), "serin", mesh);
    }

    /// The output of a command, to which the mesh's name is added.
    String run(String... words) throws IOException, InterruptedException {
        var command = new ArrayList<>(List.of(launcher.split(" ")));
        command.addAll(List.of(words));
        command.addAll(List.of("--mesh", mesh));
        var out = Files.createTempFile("serin", ".out");
        try {
            var process = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(out.toFile()).start();
            if (!process.waitFor(150, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
            }
            var text = Files.readString(out);
            if (process.exitValue() != 0) {
                throw new IllegalStateException(command + " ended with " + process.exitValue() + ": " + text);
            }
            return text;
        } finally {
            Files.delete(out);
        }
    }

    interface Condition {
        boolean holds() throws Exception;
    }

    /// Answers after how many seconds it held.
    static double await(String what, Condition condition) throws Exception {
        var begun = System.nanoTime();
        while (true) {
            try {
                if (condition.holds()) {
                    return (System.nanoTime() - begun) / 1e9;
                }
            } catch (IOException e) {
                // The API itself may be what is away.
            }
            if (System.nanoTime() - begun > LONGEST.toNanos()) {
                throw new IllegalStateException("not within " + LONGEST.toSeconds() + " s: " + what);
            }
            TimeUnit.MILLISECONDS.sleep(20);
        }
    }
}
