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

/// A running model server: polls base paths, loads and unloads versions, answers REST. Its port
/// opens once every model that it was given is available or has failed, as TensorFlow Serving's
/// does, so that whoever can connect can predict. Created by composition roots and tests;
/// [#drain()] and then [#close()] end it in good order.
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
    private final CompletableFuture<HostPort> listening = new CompletableFuture<>();

    /// Owned by `owner`: the port has been opened, or never shall be.
    private boolean decided;

    /// Starts; models become available afterwards, as they are found and loaded.
    ///
    /// @param log gets a line for what a person should know
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
        // Beside the first load, which takes as long.
        rest =
                new RestServer(
                        options.rest(),
                        new RestServer.Limits(options.requestThreads(), MOST_WAITING, LONGEST_BODY),
                        manager.table(),
                        this::mistake);
        owner.execute(() -> {
            manager.table().watch(this::openOnceSettled);
            openOnceSettled(manager.table().get());
        });
        if (options.poll().isPositive()) {
            timers.every(options.poll(), () -> looking.execute(source::poll));
        }
    }

    /// Where REST listens, as soon as it does; a [ProblemException] if the address cannot be bound.
    public CompletableFuture<HostPort> listening() {
        return listening.copy();
    }

    /// The models as they stand; watchers run on a thread of the server and must be quick.
    public Latest<ServableTable> table() {
        return manager.table();
    }

    /// Takes no new work; completes when what was begun has been answered.
    public CompletableFuture<Void> drain() {
        return decide().thenCompose(_ -> rest.drain());
    }

    /// Ends everything and gives the models' memory back; waits for a load that is under way, a few
    /// seconds at most.
    @Override
    public void close() {
        timers.close();
        decide().join();
        rest.close();
        owner.call(
                        () -> {
                            manager.close();
                            return true;
                        })
                .join();
        stopThreads();
    }

    private void openOnceSettled(ServableTable table) {
        if (decided || !table.isSettled()) {
            return;
        }
        decided = true;
        try {
            listening.complete(rest.open());
        } catch (ProblemException e) {
            listening.completeExceptionally(e);
        }
    }

    /// From here on the port stays as it is.
    private CompletableFuture<Boolean> decide() {
        return owner.call(() -> decided = true);
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
