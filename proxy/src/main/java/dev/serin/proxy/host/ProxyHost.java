package dev.serin.proxy.host;

import dev.serin.base.ProblemException;
import dev.serin.base.broker.BrokerLink;
import dev.serin.base.chance.Draw;
import dev.serin.base.flow.Owner;
import dev.serin.base.log.LogFile;
import dev.serin.base.net.NetworkNamespace;
import dev.serin.base.time.Ticker;
import dev.serin.proxy.Proxy;
import dev.serin.proxy.ProxyPlace;
import dev.serin.proxy.ProxyRuntime;
import dev.serin.proxy.bootstrap.ContainerBootstrap;
import dev.serin.proxy.bootstrap.ContainerFiles;
import dev.serin.proxy.host.ProxyHostProtocol.Ended;
import dev.serin.proxy.host.ProxyHostProtocol.Event;
import dev.serin.proxy.host.ProxyHostProtocol.Order;
import dev.serin.proxy.host.ProxyHostProtocol.Ready;
import dev.serin.proxy.host.ProxyHostProtocol.Start;
import dev.serin.proxy.host.ProxyHostProtocol.Started;
import dev.serin.proxy.host.ProxyHostProtocol.Stop;
import dev.serin.proxy.socket.BrokeredSockets;
import dev.serin.proxy.socket.ClusterNames;
import dev.serin.proxy.socket.DnsQuestion;
import dev.serin.proxy.socket.HostSockets;
import dev.serin.proxy.socket.NamespaceSockets;
import dev.serin.proxy.socket.Sockets;
import dev.serin.proxy.socket.Transport;

import org.jspecify.annotations.Nullable;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.DatagramSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;
import java.util.function.Supplier;

/// The process with the proxies of all pods of a machine: starts and stops them as it is ordered
/// and tells what became of them ([ProxyHostProtocol]). A proxy that cannot start or ends by itself
/// leaves the others alone.
///
/// Orders may come from any thread; the state belongs to the host's owner.
public final class ProxyHost implements AutoCloseable {
    /// What a packet rule lets out of a pod without capturing it again.
    public static final int MARK = 0x539;

    // As the other containers of a pod.
    private static final long LARGEST_LOG = 10L << 20;
    private static final Duration DRAIN_SHARE = Duration.ofSeconds(1);

    private final ProxyRuntime runtime;
    private final @Nullable BrokerLink broker;
    private final Consumer<String> events;
    private final Owner owner;
    private final Map<String, Running> proxies = new HashMap<>();

    /// @param broker makes the sockets in the pods' namespaces; without it this process enters them
    ///   itself, and must have the right to
    /// @param events takes one line each, in order
    public ProxyHost(ProxyRuntime runtime, @Nullable BrokerLink broker, Consumer<String> events) {
        this.runtime = runtime;
        this.broker = broker;
        this.events = events;
        this.owner = new Owner("proxy-host", e -> System.err.println("proxy host: " + e));
    }

    /// Follows the orders until they end, then stops every proxy. Blocks.
    public void run(BufferedReader orders) throws IOException {
        for (var line = orders.readLine(); line != null; line = orders.readLine()) {
            if (!line.isBlank()) {
                order(line);
            }
        }
        stopAll().join();
    }

    /// Takes one order. A line that is none is told on standard error.
    public void order(String line) {
        Order order;
        try {
            order = ProxyHostProtocol.order(line);
        } catch (ProblemException e) {
            System.err.println("proxy host: " + e.getMessage());
            return;
        }
        owner.execute(() -> {
            switch (order) {
                case Start start -> start(start);
                case Stop stop -> stop(stop);
            }
        });
    }

    private void start(Start start) {
        if (proxies.containsKey(start.id())) {
            tell(new Ended(start.id(), 1, "a proxy of this id runs already"));
            return;
        }
        var running = new Running(start.id());
        try {
            running.open(start, runtime, broker);
        } catch (RuntimeException e) {
            running.release(words(e));
            tell(new Ended(start.id(), 1, words(e)));
            return;
        }
        proxies.put(start.id(), running);
        var proxy = running.proxy();
        tell(new Started(start.id()));
        proxy.ready()
                .whenComplete((_, failure) -> {
                    if (failure == null) {
                        owner.execute(() -> tell(new Ready(start.id())));
                    }
                });
        proxy.ended().whenComplete((_, failure) -> owner.execute(() -> ended(running, failure)));
        proxy.start();
    }

    private void ended(Running running, @Nullable Throwable failure) {
        proxies.remove(running.id);
        var reason = failure == null ? "" : words(failure);
        running.release("");
        tell(new Ended(running.id, failure == null ? 0 : 1, reason));
        running.gone.complete(null);
    }

    /// Drains for the grace but for a share, in which what remains is ended.
    private void stop(Stop stop) {
        var running = proxies.get(stop.id());
        if (running == null) {
            return;
        }
        var grace = Duration.ofMillis(stop.graceMillis());
        var drain = grace.compareTo(DRAIN_SHARE) > 0 ? grace.minus(DRAIN_SHARE) : Duration.ZERO;
        var proxy = running.proxy();
        proxy.drain(drain).whenComplete((_, _) -> proxy.close());
    }

    private CompletableFuture<Void> stopAll() {
        return owner.call(() -> List.copyOf(proxies.values()))
                .thenCompose(all -> {
                    all.forEach(r -> r.proxy().close());
                    return CompletableFuture.allOf(
                            all.stream().map(r -> r.gone).toArray(CompletableFuture[]::new));
                });
    }

    /// Stops every proxy, then ends.
    @Override
    public void close() {
        stopAll().join();
        owner.close();
    }

    private void tell(Event event) {
        events.accept(ProxyHostProtocol.encode(event));
    }

    private static String words(Throwable failure) {
        var cause =
                failure instanceof CompletionException e && e.getCause() != null
                        ? e.getCause()
                        : failure;
        return cause.getMessage() == null ? cause.toString() : cause.getMessage();
    }

    /// One proxy with what it was opened with; the host's owner.
    private static final class Running {
        private final String id;
        private final CompletableFuture<Void> gone = new CompletableFuture<>();
        private @Nullable LogFile printed;
        private @Nullable OutputStream output;
        private @Nullable AutoCloseable place;
        private @Nullable Proxy proxy;

        Running(String id) {
            this.id = id;
        }

        void open(Start start, ProxyRuntime runtime, @Nullable BrokerLink broker) {
            var file = append(Path.of(start.log()), runtime.ticker());
            printed = file;
            var log = file.stream("stdout");
            output = log;
            var places = new TreeMap<String, Path>();
            start.files().forEach((path, place) -> places.put(path, Path.of(place)));
            var files = new ContainerFiles(places);
            var options = new ContainerBootstrap(start.args(), start.environment(), files).read();
            var transport = Transport.best();
            Sockets sockets;
            // The cluster's DNS answers in the namespace of this process as well.
            Supplier<DatagramSocket> datagrams = Running::datagram;
            if (start.networkNamespace().isEmpty()) {
                sockets = new HostSockets(transport, 0);
            } else if (broker != null) {
                var pool = broker.pool(nameOf(Path.of(start.networkNamespace())));
                place = pool;
                sockets = new BrokeredSockets(pool);
            } else {
                var entered = new NetworkNamespace(Path.of(start.networkNamespace()));
                place = entered;
                sockets = new NamespaceSockets(entered, transport, MARK);
                datagrams = () -> entered.call(Running::datagram);
            }
            var names = names(files, datagrams, runtime.draws().named("dns-id"));
            proxy =
                    new Proxy(
                            options, new ProxyPlace(sockets, names::resolve, files, log), runtime);
        }

        private static ClusterNames names(
                ContainerFiles files, Supplier<DatagramSocket> datagrams, Draw id) {
            return new ClusterNames(files.find("/etc/resolv.conf"), new DnsQuestion(datagrams, id));
        }

        private static DatagramSocket datagram() {
            try {
                return new DatagramSocket();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        private static LogFile append(Path log, Ticker ticker) {
            try {
                return new LogFile(log, ticker, LARGEST_LOG);
            } catch (IOException e) {
                throw new UncheckedIOException("log " + log + ": " + e.getMessage(), e);
            }
        }

        private static String nameOf(Path namespace) {
            return String.valueOf(namespace.getFileName());
        }

        private static void close(AutoCloseable place) {
            try {
                place.close();
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        }

        Proxy proxy() {
            if (proxy == null) {
                throw new IllegalStateException(id + " has not been opened");
            }
            return proxy;
        }

        /// @param last words for the log
        void release(String last) {
            try (var log = output) {
                if (log != null && !last.isEmpty()) {
                    log.write((last + "\n").getBytes(java.nio.charset.StandardCharsets.UTF_8));
                }
            } catch (IOException e) {
                // The event says it too.
            }
            if (printed != null) {
                printed.close();
            }
            if (place != null) {
                close(place);
            }
        }
    }
}
