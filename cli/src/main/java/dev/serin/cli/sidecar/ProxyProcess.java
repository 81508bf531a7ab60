package dev.serin.cli.sidecar;

import dev.serin.base.Problem;
import dev.serin.base.ProblemException;
import dev.serin.base.time.Ticker;
import dev.serin.local.node.SidecarHost;
import dev.serin.local.node.usage.Source;
import dev.serin.proxy.host.ProxyHostProtocol;

import org.jspecify.annotations.Nullable;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/// The one process in which the proxies of all pods run, seen from the supervisor. When it dies,
/// every proxy in it has ended (exit code 137), and the next one to start brings up a new process.
/// Safe for any thread.
public final class ProxyProcess implements SidecarHost, AutoCloseable {
    // One that can't even start is no reason to start it a thousand times.
    private static final Duration SHORT = Duration.ofSeconds(3);
    private static final Duration LONGEST_END = Duration.ofSeconds(30);

    private final Unprivileged rights;
    private final Path broker;
    private final Path log;
    private final Ticker ticker;
    private final Consumer<String> say;
    private final Map<String, CompletableFuture<Integer>> running = new ConcurrentHashMap<>();
    private @Nullable Process process;
    private @Nullable BufferedWriter orders;
    private long begun;
    private boolean closed;

    /// @param rights that it is started without
    /// @param broker where it gets its sockets
    /// @param log of the process itself; each proxy has its own besides
    public ProxyProcess(
            Unprivileged rights, Path broker, Path log, Ticker ticker, Consumer<String> say) {
        this.rights = rights;
        this.broker = broker;
        this.log = log;
        this.ticker = ticker;
        this.say = say;
    }

    /// Starts the process ahead of the first proxy, since a virtual machine takes a while.
    public synchronized void warm() {
        if (process != null && process.isAlive()) {
            return;
        }
        try {
            var builder =
                    new ProcessBuilder(rights.command("proxy", "host"))
                            .redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()));
            builder.environment().put("SERIN_SOCKET_BROKER", broker.toString());
            var started = builder.start();
            process = started;
            begun = ticker.nanos();
            orders =
                    new BufferedWriter(
                            new OutputStreamWriter(
                                    started.getOutputStream(), StandardCharsets.UTF_8));
            Thread.ofVirtual().name("proxy-events").start(() -> listen(started));
        } catch (IOException e) {
            throw new ProblemException(
                    Problem.of("proxy process", String.valueOf(e.getMessage()), "see " + log), e);
        }
    }

    @Override
    public synchronized Running start(Sidecar sidecar) {
        warm();
        prepare(sidecar.log());
        var ended = new CompletableFuture<Integer>();
        running.put(sidecar.id(), ended);
        var files = new TreeMap<String, String>();
        sidecar.files().forEach((seen, real) -> files.put(seen, real.toString()));
        order(
                new ProxyHostProtocol.Start(
                        sidecar.id(),
                        sidecar.networkNamespace().toString(),
                        sidecar.args(),
                        sidecar.environment(),
                        files,
                        sidecar.log().toString()));
        return new Running() {
            @Override
            public CompletableFuture<Integer> ended() {
                return ended.copy();
            }

            @Override
            public Source source() {
                var now = running();
                return now == null
                        ? new Source.Unknown()
                        : new Source.Share(now.pid(), running::size);
            }

            @Override
            public void stop(Duration grace) {
                order(new ProxyHostProtocol.Stop(sidecar.id(), grace.toMillis()));
            }
        };
    }

    // The folder, not the file: a log that is full makes room for another.
    private void prepare(Path file) {
        try {
            var folder = file.getParent();
            if (folder != null) {
                Files.createDirectories(folder);
                rights.own(folder);
            }
        } catch (IOException e) {
            throw new ProblemException(
                    Problem.of("log " + file, String.valueOf(e), "see that it can be written"), e);
        }
    }

    /// Tells it to end and waits for that: its last words are in its log, and what it records (see
    /// `serin prepare`) is whole.
    @Override
    public void close() {
        Process ending;
        synchronized (this) {
            closed = true;
            ending = process;
        }
        if (ending == null) {
            return;
        }
        ending.destroy();
        try {
            ending.waitFor(LONGEST_END.toSeconds(), TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized @Nullable Process running() {
        return process;
    }

    private synchronized void order(ProxyHostProtocol.Order order) {
        var to = orders;
        if (to == null) {
            return;
        }
        try {
            to.write(ProxyHostProtocol.encode(order));
            to.newLine();
            to.flush();
        } catch (IOException e) {
            // It has died: `listen` tells whoever waits.
        }
    }

    private void listen(Process from) {
        try (var events =
                new BufferedReader(
                        new InputStreamReader(from.getInputStream(), StandardCharsets.UTF_8))) {
            for (var line = events.readLine(); line != null; line = events.readLine()) {
                heard(line);
            }
        } catch (IOException e) {
            // Its end, as well.
        }
        died(from);
    }

    private void heard(String line) {
        try {
            if (ProxyHostProtocol.event(line) instanceof ProxyHostProtocol.Ended ended) {
                if (!ended.reason().isEmpty()) {
                    say.accept("proxy " + ended.id() + " ended: " + ended.reason());
                }
                end(ended.id(), ended.code());
            }
        } catch (ProblemException e) {
            say.accept(e.getMessage() == null ? line : e.getMessage());
        }
    }

    private void died(Process from) {
        long pause;
        synchronized (this) {
            if (process == null || process.pid() != from.pid()) {
                return;
            }
            process = null;
            orders = null;
            var lived = Duration.ofNanos(ticker.nanos() - begun);
            pause = lived.compareTo(SHORT) < 0 ? SHORT.toMillis() : 0;
            if (!closed) {
                say.accept("the proxy process has died; its proxies start again (see " + log + ")");
            }
        }
        var gone = Map.copyOf(running);
        CompletableFuture.delayedExecutor(pause, TimeUnit.MILLISECONDS)
                .execute(() ->
                        gone.forEach((id, ended) -> {
                            // Its name may be another pod's by now.
                            running.remove(id, ended);
                            ended.complete(KILLED);
                        }));
    }

    private void end(String id, int code) {
        var ended = running.remove(id);
        if (ended != null) {
            ended.complete(code);
        }
    }
}
