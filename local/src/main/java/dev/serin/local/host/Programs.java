package dev.serin.local.host;

import dev.serin.base.Problem;
import dev.serin.base.ProblemException;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// The machine's own programs (`ip`, `nft`, `sh` …): where they are, and running one to its end
/// within a bound. Looks into the sbin folders too, which an ordinary user's PATH leaves out. Safe
/// for any thread; a call blocks its caller.
public final class Programs {
    private static final List<String> SYSTEM =
            List.of("/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin");

    private final List<Path> folders;
    private final Duration bound;

    /// @param path as in the variable PATH
    /// @param bound of one run, after which the program is killed
    public Programs(String path, Duration bound) {
        this(withSystem(path), bound);
    }

    /// Looks into these folders only.
    public Programs(List<Path> folders, Duration bound) {
        this.folders = List.copyOf(folders);
        this.bound = bound;
    }

    private static List<Path> withSystem(String path) {
        var all = new LinkedHashSet<Path>();
        for (var folder : path.split(":")) {
            if (folder.startsWith("/")) {
                all.add(Path.of(folder));
            }
        }
        SYSTEM.forEach(folder -> all.add(Path.of(folder)));
        return List.copyOf(all);
    }

    /// What a program printed (both streams, in the order it came) and its exit code.
    public record Ended(int code, String output) {}

    /// The PATH that programs are run with.
    public String path() {
        return String.join(":", folders.stream().map(Path::toString).toList());
    }

    public Optional<Path> find(String name) {
        return folders.stream()
                .map(folder -> folder.resolve(name))
                .filter(Files::isExecutable)
                .findFirst();
    }

    /// Runs `command`, whose first word is a program's name, with `input` on its standard input.
    ///
    /// @throws ProblemException if it is not installed or does not end within the bound
    public Ended run(List<String> command, String input) {
        try {
            var process = start(command);
            var output =
                    CompletableFuture.supplyAsync(
                            () -> read(process), task -> reader().start(task));
            try (var stdin = process.getOutputStream()) {
                stdin.write(input.getBytes(StandardCharsets.UTF_8));
            } catch (IOException _) {
                // It ended without reading all: its exit code and output say why.
            }
            try {
                var text = output.get(bound.toMillis(), TimeUnit.MILLISECONDS);
                return new Ended(process.waitFor(), text);
            } catch (TimeoutException e) {
                process.destroyForcibly();
                throw problem(command, "did not end within " + bound, e);
            }
        } catch (IOException | ExecutionException e) {
            throw problem(command, String.valueOf(e.getMessage()), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw problem(command, "interrupted", e);
        }
    }

    /// Runs `command` and answers what it printed.
    ///
    /// @param subject what it was for, as the problem names it when the exit code is not 0
    public String need(String subject, List<String> command, String input) {
        var ended = run(command, input);
        if (ended.code() != 0) {
            throw new ProblemException(
                    new Problem(
                            subject,
                            "'"
                                    + String.join(" ", command)
                                    + "' ended with "
                                    + ended.code()
                                    + ": "
                                    + ended.output().strip(),
                            null,
                            null));
        }
        return ended.output();
    }

    private Process start(List<String> command) throws IOException {
        var program =
                find(command.getFirst())
                        .orElseThrow(() ->
                                new ProblemException(
                                        Problem.of(
                                                "program '" + command.getFirst() + "'",
                                                "not installed",
                                                "run `serin up --setup`, which installs what is"
                                                        + " missing")));
        var words = new ArrayList<>(command);
        words.set(0, program.toString());
        var builder = new ProcessBuilder(words).redirectErrorStream(true);
        builder.environment().putAll(Map.of("PATH", path(), "LC_ALL", "C"));
        return builder.start();
    }

    private static Thread.Builder reader() {
        return Thread.ofVirtual().name("program-output");
    }

    private static String read(Process process) {
        try {
            return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            return String.valueOf(e.getMessage());
        }
    }

    private static ProblemException problem(List<String> command, String found, Exception cause) {
        return new ProblemException(
                new Problem("'" + String.join(" ", command) + "'", found, null, null), cause);
    }
}
