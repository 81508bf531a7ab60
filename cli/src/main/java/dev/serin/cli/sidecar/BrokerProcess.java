package dev.serin.cli.sidecar;

import dev.serin.base.Problem;
import dev.serin.base.ProblemException;
import dev.serin.base.time.Ticker;
import dev.serin.proxy.host.ProxyHost;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/// The socket broker ([dev.serin.base.broker.SocketBroker]) as a process of its own: it may enter
/// network namespaces and mark sockets, and nothing else. When it dies another is started. Safe for
/// any thread.
public final class BrokerProcess implements AutoCloseable {
    private static final Duration SHORT = Duration.ofSeconds(1);

    private final List<String> command;
    private final Path socket;
    private final Path log;
    private final Ticker ticker;
    private final Consumer<String> say;
    private @Nullable Process process;
    private boolean closed;

    /// @param folder that is made for the socket, which `clients` alone may enter
    /// @param namespaces the folder of the pods' network namespaces
    /// @param shared whether one client has the sockets of all pods; else each has its own pod's
    /// @param log of the process
    public BrokerProcess(
            Unprivileged clients,
            Path folder,
            Path namespaces,
            boolean shared,
            Path log,
            Ticker ticker,
            Consumer<String> say) {
        this.socket = folder.resolve("socket");
        this.log = log;
        this.ticker = ticker;
        this.say = say;
        try {
            Files.createDirectories(folder);
            clients.own(folder);
            Files.setAttribute(folder, "unix:uid", 0);
            // What is made in it gets its group.
            Files.setAttribute(folder, "unix:mode", 02710);
        } catch (IOException e) {
            throw new ProblemException(
                    Problem.of("socket broker", String.valueOf(e), "start the mesh by `serin up`"),
                    e);
        }
        var words =
                new ArrayList<>(
                        List.of(
                                "setpriv",
                                "--bounding-set",
                                "-all,+sys_admin,+net_admin",
                                "--inh-caps",
                                "-all",
                                "--no-new-privs",
                                "--"));
        words.addAll(List.of(clients.run(), clients.java()));
        words.addAll(
                List.of(
                        "broker",
                        socket.toString(),
                        namespaces.toString(),
                        Integer.toString(ProxyHost.MARK),
                        shared ? "shared" : "own"));
        this.command = List.copyOf(words);
    }

    /// Where its clients find it.
    public Path socket() {
        return socket;
    }

    /// Starts it.
    public synchronized void start() {
        if (closed) {
            return;
        }
        var begun = ticker.nanos();
        try {
            var started =
                    new ProcessBuilder(command)
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                            .start();
            process = started;
            started.onExit().thenRun(() -> ended(Duration.ofNanos(ticker.nanos() - begun)));
        } catch (IOException e) {
            throw new ProblemException(
                    Problem.of("socket broker", String.valueOf(e.getMessage()), "see " + log), e);
        }
    }

    private synchronized void ended(Duration lived) {
        if (closed) {
            return;
        }
        say.accept("the socket broker has died and is started again (see " + log + ")");
        // One that can't start is no reason to start a thousand.
        var pause = lived.compareTo(SHORT) < 0 ? SHORT : Duration.ZERO;
        CompletableFuture.delayedExecutor(pause.toMillis(), TimeUnit.MILLISECONDS)
                .execute(this::start);
    }

    @Override
    public synchronized void close() {
        closed = true;
        if (process != null) {
            process.destroy();
        }
    }
}
