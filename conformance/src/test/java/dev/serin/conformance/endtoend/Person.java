package dev.serin.conformance.endtoend;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// Somebody with a home of his own and a copy of the product in it: root, or an ordinary user whom
/// root makes for the occasion. Commands run in the copy.
final class Person {
    private final Path home;
    private final Path product;
    private final List<String> prefix;

    private Person(Path home, Path product, List<String> prefix) {
        this.home = home;
        this.product = product;
        this.prefix = prefix;
    }

    /// The user who runs this test.
    static Person self(Path folder) throws IOException {
        return new Person(folder, copy(folder), List.of());
    }

    /// An ordinary user; needs root to become one.
    static Person ordinary(Path folder, String name) throws IOException {
        if (run(List.of("id", "-u", name), folder, Map.of(), 10).exit() != 0) {
            require(run(List.of("useradd", "--create-home", name), folder, Map.of(), 30));
        }
        var product = copy(folder);
        require(run(List.of("chown", "-R", name, folder.toString()), folder, Map.of(), 60));
        for (var parent = folder.getParent(); parent != null && parent.getNameCount() > 1; ) {
            // The way down to the folder must be open to that user.
            require(run(List.of("chmod", "o+x", parent.toString()), folder, Map.of(), 10));
            parent = parent.getParent();
        }
        return new Person(
                folder,
                product,
                List.of("setpriv", "--reuid=" + name, "--regid=" + name, "--init-groups"));
    }

    Path product() {
        return product;
    }

    Path home() {
        return home;
    }

    /// Runs `./serin ARGUMENTS` and waits, at most `seconds`.
    Outcome serin(int seconds, String... arguments) {
        return run(seconds, concat("./serin", arguments));
    }

    /// Runs `kubectl ARGUMENTS` on the mesh.
    Outcome kubectl(String... arguments) {
        return run(60, concat("kubectl", arguments));
    }

    Outcome run(int seconds, String... command) {
        var words = new ArrayList<>(prefix);
        words.addAll(List.of(command));
        return run(words, product, environment(), seconds);
    }

    /// Starts a command and leaves it running, its output in `log`.
    Process start(Path log, String... command) throws IOException {
        var words = new ArrayList<>(prefix);
        words.addAll(List.of(command));
        var builder = new ProcessBuilder(words).directory(product.toFile());
        builder.environment().putAll(environment());
        return builder.redirectErrorStream(true).redirectOutput(log.toFile()).start();
    }

    private Map<String, String> environment() {
        return Map.of(
                "HOME", home.toString(),
                "XDG_STATE_HOME", home.resolve("state").toString(),
                "XDG_CACHE_HOME", cache(),
                "KUBECONFIG", home.resolve("kubeconfig").toString());
    }

    /// The unpacked TensorFlow library is large: all persons of a run share one.
    private String cache() {
        return home.resolve("cache").toString();
    }

    private static Path copy(Path folder) throws IOException {
        var root = Path.of(System.getProperty("serin.root"));
        var product = Files.createDirectories(folder.resolve("serin"));
        Files.createDirectories(product.resolve("cli/target"));
        for (var part : List.of("serin", "examples", "cli/target/dist")) {
            require(
                    run(
                            List.of(
                                    "cp",
                                    "-a",
                                    "--reflink=auto",
                                    root.resolve(part).toString(),
                                    product.resolve(part).getParent().toString()),
                            folder,
                            Map.of(),
                            120));
        }
        return product;
    }

    private static Outcome run(
            List<String> command, Path folder, Map<String, String> environment, int seconds) {
        try {
            var out = Files.createTempFile("out", "");
            var err = Files.createTempFile("err", "");
            var builder = new ProcessBuilder(command).directory(folder.toFile());
            builder.environment().putAll(environment);
            var process = builder.redirectOutput(out.toFile()).redirectError(err.toFile()).start();
            process.getOutputStream().close();
            if (!process.waitFor(seconds, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new AssertionError(
                        command + " hangs: " + Files.readString(out) + Files.readString(err));
            }
            var outcome =
                    new Outcome(
                            command,
                            process.exitValue(),
                            Files.readString(out, StandardCharsets.UTF_8),
                            Files.readString(err, StandardCharsets.UTF_8));
            Files.delete(out);
            Files.delete(err);
            return outcome;
        } catch (IOException e) {
            throw new AssertionError("running " + command, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    private static Outcome require(Outcome outcome) {
        return outcome.succeeded();
    }

    private static String[] concat(String first, String[] rest) {
        var all = new ArrayList<String>();
        all.add(first);
        all.addAll(Arrays.asList(rest));
        return all.toArray(new String[0]);
    }

    /// How a command ended.
    record Outcome(List<String> command, int exit, String out, String err) {
        /// This, if the exit code is 0.
        Outcome succeeded() {
            if (exit != 0) {
                throw new AssertionError(command + " ended with " + exit + ":\n" + out + err);
            }
            return this;
        }
    }
}
