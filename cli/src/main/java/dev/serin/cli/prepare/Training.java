package dev.serin.cli.prepare;

import dev.serin.base.Problem;
import dev.serin.base.ProblemException;
import dev.serin.cli.mesh.MeshHome;
import dev.serin.cli.sidecar.Distribution;
import dev.serin.local.host.FrontClient;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/// Makes the cache of loaded and linked classes that each role starts from, by letting each role
/// work once as it will: a mesh of the example for command, front, supervisor, proxy and broker, a
/// model server for serve. A role that can't be learnt here costs a line and starts without a
/// cache. Blocks.
final class Training {
    private static final Duration LONGEST = Duration.ofSeconds(400);
    private static final int REQUESTS = 20;
    private static final Pattern GATEWAY = Pattern.compile("try: curl .* (http://\\S+)");
    private static final Pattern PORT = Pattern.compile("REST on port (\\d+)");

    private final Distribution distribution;
    private final Path example;
    private final Consumer<String> say;
    private final Path caches;
    private final Path work;

    /// @param example a folder that `up -f` takes, with `models/v1` and `request.json`
    Training(Distribution distribution, Path example, Consumer<String> say) {
        this.distribution = distribution;
        this.example = example;
        this.say = say;
        this.caches = Path.of(distribution.run()).resolveSibling("aot");
        this.work = caches.resolveSibling("aot.new");
    }

    void run() throws IOException {
        say.accept("learning how each role starts, for faster starts from now on …");
        delete(work);
        Files.createDirectories(work);
        // The proxies, too, write what they have learnt, and are another user.
        Files.setPosixFilePermissions(work, PosixFilePermissions.fromString("rwxrwxrwx"));
        Files.createDirectories(caches);
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            threads.execute(() -> attempt(List.of("serve"), this::serve));
            threads.execute(() -> {
                if (!attempt(
                        List.of("command", "front", "supervisor", "proxy", "broker"), this::mesh)) {
                    attempt(List.of("command"), this::command);
                }
            });
        }
        delete(work);
    }

    /// What a role does while it is watched.
    private interface Work {
        void run() throws IOException, InterruptedException;
    }

    private boolean attempt(List<String> roles, Work run) {
        try {
            run.run();
            try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
                roles.forEach(role -> threads.execute(() -> create(role)));
            }
            return true;
        } catch (IOException | UncheckedIOException | ProblemException e) {
            say.accept("no faster start for " + String.join(", ", roles) + ": " + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return false;
    }

    /// The model server: loads a model and predicts.
    private void serve() throws IOException, InterruptedException {
        var flags =
                new String[] {
                    "serve",
                    "--model_name=example",
                    "--model_base_path=" + example.resolve("models/v1"),
                    "--rest_api_port=0"
                };
        var process = start(Map.of("SERIN_AOT_RECORD", "serve"), flags);
        var port = awaitWord(process, PORT);
        predict("http://127.0.0.1:" + port + "/v1/models/example:predict");
        // By its handle, which leaves its output to be read.
        process.toHandle().destroy();
        end(process);
    }

    /// A whole mesh, with the example in it. Its state is nobody's.
    private void mesh() throws IOException, InterruptedException {
        var state = Files.createTempDirectory("serin");
        try {
            var places = Map.of("XDG_STATE_HOME", state.toString());
            var process =
                    start(
                            Map.of(
                                    "SERIN_AOT_RECORD",
                                    "command front supervisor proxy broker",
                                    "XDG_STATE_HOME",
                                    state.toString()),
                            "up",
                            "--mesh",
                            "prepare",
                            "-f",
                            example.toString());
            try {
                predict(awaitWord(process, GATEWAY));
            } finally {
                var socket = MeshHome.of("prepare", places).socket();
                new FrontClient(socket).stop(LONGEST, _ -> {});
            }
            end(process);
        } finally {
            delete(state);
        }
    }

    /// What a command does where no mesh can run.
    private void command() throws IOException, InterruptedException {
        var record = Map.of("SERIN_AOT_RECORD", "command");
        end(start(record, "validate", "-f", example.toString()));
    }

    private void create(String role) {
        try {
            end(start(Map.of("SERIN_AOT_CREATE", role), role));
            Files.move(
                    work.resolve(role + ".aot"),
                    caches.resolve(role + ".aot"),
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException | ProblemException e) {
            say.accept("no faster start for " + role + ": " + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private Process start(Map<String, String> environment, String... arguments) throws IOException {
        var builder = new ProcessBuilder(distribution.command(arguments)).redirectErrorStream(true);
        builder.environment().putAll(environment);
        builder.environment().put("SERIN_AOT", work.toString());
        var process = builder.start();
        process.getOutputStream().close();
        CompletableFuture.delayedExecutor(LONGEST.toSeconds(), TimeUnit.SECONDS)
                .execute(process::destroyForcibly);
        return process;
    }

    /// Reads what it prints up to a line with `wanted`, and answers the group in it.
    private static String awaitWord(Process process, Pattern wanted) throws IOException {
        var last = "it printed nothing";
        var reader = process.inputReader(StandardCharsets.UTF_8);
        for (var line = reader.readLine(); line != null; line = reader.readLine()) {
            var found = wanted.matcher(line);
            if (found.find()) {
                return found.group(1);
            }
            last = line.isBlank() ? last : line;
        }
        throw new ProblemException(Problem.of("a training run", "it ended early", last));
    }

    /// Reads the rest of what it prints, and waits for its end.
    private static void end(Process process) throws IOException, InterruptedException {
        var last = "it printed nothing";
        var reader = process.inputReader(StandardCharsets.UTF_8);
        for (var line = reader.readLine(); line != null; line = reader.readLine()) {
            last = line.isBlank() ? last : line;
        }
        var code = process.waitFor();
        // 143: told to end, and ended.
        if (code != 0 && code != 143) {
            throw new ProblemException(Problem.of("a training run", "it ended with " + code, last));
        }
    }

    private void predict(String url) throws IOException, InterruptedException {
        var request =
                HttpRequest.newBuilder(URI.create(url))
                        .timeout(LONGEST)
                        .POST(HttpRequest.BodyPublishers.ofFile(example.resolve("request.json")))
                        .build();
        var failures = 0;
        try (var client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build()) {
            for (int i = 0; i < REQUESTS; i++) {
                try {
                    client.send(request, HttpResponse.BodyHandlers.discarding());
                } catch (IOException e) {
                    // What was learnt counts, not this answer.
                    failures++;
                    if (failures == REQUESTS) {
                        throw e;
                    }
                }
            }
        }
    }

    private static void delete(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        try (var files = Files.walk(folder)) {
            for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
