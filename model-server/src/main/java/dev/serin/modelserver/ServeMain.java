package dev.serin.modelserver;

import dev.serin.base.Problem;
import dev.serin.base.ProblemException;
import dev.serin.base.lifecycle.Drain;
import dev.serin.base.net.HostPort;
import dev.serin.base.time.Ticker;
import dev.serin.modelserver.backend.tensorflow.TensorFlowFiles;
import dev.serin.modelserver.servable.ServableTable;
import dev.serin.modelserver.source.ModelConfig;
import dev.serin.modelserver.source.ModelConfigFile;
import dev.serin.modelserver.source.VersionSelection;

import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/// The model server as a command: flags and environment of the `tensorflow/serving` image in, lines
/// for people out, until it is told to stop.
public final class ServeMain {
    private static final Duration LONGEST_DRAIN = Duration.ofSeconds(20);

    private ServeMain() {}

    /// Serves until `stop` starts, answers what was begun, and returns the exit code: 0, or 2 for
    /// wrong flags and 1 for an address that is taken.
    ///
    /// @param environment `MODEL_NAME` and `MODEL_BASE_PATH` as the image has them,
    ///   `XDG_CACHE_HOME` and `HOME` for the cache, `SERIN_CONTAINER=1` where a container spec
    ///   starts the server. TensorFlow itself reads `TF_CPP_MIN_LOG_LEVEL` of the process, so that
    ///   the launcher has to set it (to 2)
    /// @param out gets one line for each thing that a person should know
    public static int run(
            String[] arguments, Map<String, String> environment, PrintStream out, Drain stop) {
        var ticker = Ticker.system();
        long begun = ticker.nanos();
        ServeOptions options;
        try {
            var container = "1".equals(environment.get("SERIN_CONTAINER"));
            var flags = Flags.read(List.of(arguments), container);
            if (flags.bool("version")) {
                out.println("Serin model server, on TensorFlow 2.18");
                return 0;
            }
            flags.warnings().forEach(problem -> out.println("WARNING: " + problem.text()));
            options = options(flags, environment);
        } catch (ProblemException e) {
            e.problems().forEach(problem -> out.println("ERROR: " + problem.text()));
            return 2;
        }
        try (var server = new ModelServer(options, ticker, out::println)) {
            out.println("loading " + names(options) + "; REST opens once that is done");
            var end = new CompletableFuture<Void>();
            stop.onStart(() -> end.complete(null));
            server.listening()
                    .whenComplete((address, failure) -> {
                        if (failure == null) {
                            out.println("REST on port " + address.port());
                            sayWhenReady(server, ticker, begun, out);
                        } else {
                            end.completeExceptionally(failure);
                        }
                    });
            end.join();
            out.println("stopping: finishing what was begun");
            drain(server);
            return 0;
        } catch (CompletionException e) {
            if (root(e) instanceof ProblemException taken) {
                taken.problems().forEach(problem -> out.println("ERROR: " + problem.text()));
                return 1;
            }
            throw e;
        }
    }

    /// Does beforehand what is slow once: unpacks TensorFlow's library into the cache.
    ///
    /// @param progress told when that takes a while
    /// @throws ProblemException if there is no room, or no library for this machine
    public static void prepare(Map<String, String> environment, Consumer<String> progress) {
        TensorFlowFiles.unpacked(cache(environment), progress);
    }

    private static String names(ServeOptions options) {
        return String.join(", ", options.models().stream().map(ModelConfig::name).toList());
    }

    private static void sayWhenReady(
            ModelServer server, Ticker ticker, long begun, PrintStream out) {
        var said = new AtomicBoolean();
        Consumer<ServableTable> say =
                table -> {
                    if (table.isReady() && said.compareAndSet(false, true)) {
                        out.println("ready after " + (ticker.nanos() - begun) / 1_000_000 + " ms");
                    }
                };
        server.table().watch(say);
        say.accept(server.table().get());
    }

    private static Throwable root(Throwable failure) {
        var cause = failure.getCause();
        return failure instanceof CompletionException && cause != null ? root(cause) : failure;
    }

    private static void drain(ModelServer server) {
        try {
            server.drain().get(LONGEST_DRAIN.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException | ExecutionException e) {
            // What has not ended by now is cut off.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    static ServeOptions options(Flags flags, Map<String, String> environment) {
        long intra = parallelism(flags, "tensorflow_intra_op_parallelism");
        long inter = parallelism(flags, "tensorflow_inter_op_parallelism");
        long poll = flags.integer("file_system_poll_wait_seconds");
        long threads = flags.integer("rest_api_num_threads");
        return new ServeOptions(
                new HostPort("0.0.0.0", (int) flags.integer("rest_api_port")),
                models(flags, environment),
                cache(environment),
                Duration.ofSeconds(Math.max(0, poll)),
                new ServeOptions.Loading(
                        (int) Math.max(1, flags.integer("num_load_threads")),
                        (int) flags.integer("max_num_load_retries"),
                        Duration.ofNanos(1000 * flags.integer("load_retry_interval_micros")),
                        flags.bool("enable_model_warmup")),
                new ServeOptions.Sessions(
                        List.of(flags.text("saved_model_tags").split(",")),
                        (int) intra,
                        (int) inter),
                threads > 0 ? (int) threads : Runtime.getRuntime().availableProcessors());
    }

    /// One thread a session unless a flag says otherwise: small models get slower with more.
    private static long parallelism(Flags flags, String name) {
        if (flags.isGiven(name)) {
            return flags.integer(name);
        }
        return flags.isGiven("tensorflow_session_parallelism")
                ? flags.integer("tensorflow_session_parallelism")
                : 1;
    }

    private static List<ModelConfig> models(Flags flags, Map<String, String> environment) {
        if (flags.isGiven("model_config_file")) {
            return ModelConfigFile.read(Path.of(flags.text("model_config_file")));
        }
        var name =
                flags.isGiven("model_name")
                        ? flags.text("model_name")
                        : environment.getOrDefault("MODEL_NAME", "model");
        Path base;
        if (flags.isGiven("model_base_path")) {
            base = Path.of(flags.text("model_base_path"));
        } else if (environment.containsKey("MODEL_NAME")
                || "1".equals(environment.get("SERIN_CONTAINER"))) {
            base = Path.of(environment.getOrDefault("MODEL_BASE_PATH", "/models"), name);
        } else {
            throw new ProblemException(
                    new Problem(
                            "serin serve",
                            "no model is named",
                            "--model_base_path, a folder with one folder a version",
                            "for instance serin serve --model_name=digits"
                                    + " --model_base_path=examples/canary/models/v1"));
        }
        return List.of(
                new ModelConfig(
                        name, base.toAbsolutePath(), new VersionSelection.Latest(1), Map.of()));
    }

    private static Path cache(Map<String, String> environment) {
        var cache = environment.get("XDG_CACHE_HOME");
        return cache != null && !cache.isEmpty()
                ? Path.of(cache, "serin")
                : Path.of(environment.getOrDefault("HOME", "/tmp"), ".cache", "serin");
    }
}
