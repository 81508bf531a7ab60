package dev.serin.modelserver;

import dev.serin.base.Problem;
import dev.serin.base.ProblemException;
import dev.serin.base.flow.Latest;
import dev.serin.base.flow.Owner;
import dev.serin.base.net.HostPort;
import dev.serin.base.time.ThreadTimers;
import dev.serin.base.time.Ticker;
import dev.serin.modelserver.api.RestServer;
import dev.serin.modelserver.backend.tensorflow.TensorFlowBackend;
import dev.serin.modelserver.servable.ServableManager;
import dev.serin.modelserver.servable.ServableTable;
import dev.serin.modelserver.servable.VersionPolicy;
import dev.serin.modelserver.source.DirectorySource;
import dev.serin.modelserver.source.ModelConfig;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/// A running model server: polls base paths, loads and unloads versions, answers REST. Created by
/// composition roots and tests; [#drain()] and then [#close()] end it in good order.
public final class ModelServer implements AutoCloseable {
    private static final int MOST_WAITING = 1024;
    private static final int LONGEST_BODY = 128 << 20;

    private final Consumer<String> log;
    private final Owner owner;
    private final Owner looking;
    private final ThreadTimers timers;
    private final ExecutorService loaders;
    private final ServableManager manager;
    private final RestServer rest;

    /// Starts; models become available afterwards, as they are found and loaded.
    ///
    /// @param log gets a line for what a person should know
    /// @throws ProblemException if the REST address cannot be bound
    public ModelServer(ServeOptions options, Ticker ticker, Consumer<String> log) {
        this.log = log;
        owner = new Owner("servables", this::mistake);
        looking = new Owner("versions", this::mistake);
        timers = new ThreadTimers("model-server-timers", this::mistake);
        loaders =
                Executors.newFixedThreadPool(
                        options.loading().threads(),
                        Thread.ofPlatform().name("loader-", 0).daemon(true).factory());
        var sessions = options.sessions();
        var backend =
                new TensorFlowBackend(
                        options.cache(),
                        new TensorFlowBackend.Settings(
                                sessions.tags(),
                                sessions.threadsInOperation(),
                                sessions.threadsBetweenOperations()),
                        log);
        manager =
                new ServableManager(
                        owner,
                        loaders,
                        timers,
                        new ModelLoader(backend, options.loading().warmUp(), log),
                        VersionPolicy.AVAILABILITY_PRESERVING,
                        new ServableManager.Retries(
                                options.loading().retries(), options.loading().retryInterval()),
                        new VersionLog(ticker, log));
        try {
            rest =
                    new RestServer(
                            options.rest(),
                            new RestServer.Limits(
                                    options.requestThreads(), MOST_WAITING, LONGEST_BODY),
                            manager.table(),
                            this::mistake);
        } catch (ProblemException e) {
            stopThreads();
            throw e;
        }
        var source =
                new DirectorySource(
                        versions -> owner.execute(() -> manager.aspire(versions)),
                        problem -> log.accept("WARNING: " + problem.text()));
        owner.execute(() ->
                manager.configure(
                        options.models().stream()
                                .collect(
                                        Collectors.toMap(ModelConfig::name, ModelConfig::labels))));
        looking.execute(() -> {
            source.models(options.models());
            source.poll();
        });
        if (options.poll().isPositive()) {
            timers.every(options.poll(), () -> looking.execute(source::poll));
        }
    }

    /// Where REST listens.
    public HostPort address() {
        return rest.address();
    }

    /// The models as they stand; watchers run on a thread of the server and must be quick.
    public Latest<ServableTable> table() {
        return manager.table();
    }

    /// Takes no new work; completes when what was begun has been answered.
    public CompletableFuture<Void> drain() {
        return rest.drain();
    }

    /// Ends everything and gives the models' memory back; waits for a load that is under way, a few
    /// seconds at most.
    @Override
    public void close() {
        timers.close();
        rest.close();
        owner.call(
                        () -> {
                            manager.close();
                            return true;
                        })
                .join();
        stopThreads();
    }

    private void stopThreads() {
        timers.close();
        looking.close();
        loaders.shutdown();
        try {
            // A load that takes longer is left behind: its thread does not keep the process.
            loaders.awaitTermination(5, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        owner.close();
    }

    private void mistake(Throwable e) {
        log.accept("ERROR: " + Problem.of("model server", String.valueOf(e), "report this").text());
    }
}
