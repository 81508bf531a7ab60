package dev.serin.cli;

import dev.serin.base.Problem;
import dev.serin.base.ProblemException;
import dev.serin.base.broker.BrokerLink;
import dev.serin.base.lifecycle.ClassArchive;
import dev.serin.base.net.HostPort;
import dev.serin.local.host.Signals;
import dev.serin.proxy.Proxy;
import dev.serin.proxy.ProxyOptions;
import dev.serin.proxy.ProxyPlace;
import dev.serin.proxy.ProxyRuntime;
import dev.serin.proxy.bootstrap.ContainerBootstrap;
import dev.serin.proxy.bootstrap.ContainerFiles;
import dev.serin.proxy.bootstrap.FileBootstrap;
import dev.serin.proxy.host.ProxyHost;
import dev.serin.proxy.socket.BrokeredSockets;
import dev.serin.proxy.socket.HostSockets;
import dev.serin.proxy.socket.Transport;
import dev.serin.proxy.telemetry.log.ProxyLog;

import io.netty.util.internal.logging.InternalLoggerFactory;
import io.netty.util.internal.logging.JdkLoggerFactory;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Unmatched;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionException;

/// `serin proxy`: sidecar or gateway as a container starts it, the shared process of one machine,
/// or a proxy on a file.
@Command(
        name = "proxy",
        description = {
            "Runs the proxy.",
            "  serin proxy FILE            on an Envoy bootstrap (JSON or YAML), with all"
                    + " resources in it or a control plane to ask; as Envoy's own -c FILE",
            "  serin proxy sidecar|router  as the container of a pod, configured by its"
                    + " environment",
            ""
        })
final class ProxyCommand implements Callable<Integer> {
    /// Where the socket broker listens, in the environment of a proxy that may not make its own.
    static final String BROKER = "SERIN_SOCKET_BROKER";

    private static final Duration DRAIN = Duration.ofSeconds(5);

    private final Console console;

    @Mixin private ProxyWords words = new ProxyWords();

    @Unmatched private List<String> unknown = new ArrayList<>();

    ProxyCommand(Console console) {
        this.console = console;
    }

    /// Runs it on the words after `proxy` without picocli, which would take longer than all the
    /// rest of the start; null if it takes picocli to say what is wrong with them.
    static @Nullable Integer plain(Console console, List<String> words) throws Exception {
        // Else Netty looks for two other loggers, and so through every jar.
        InternalLoggerFactory.setDefaultFactory(JdkLoggerFactory.INSTANCE);
        if (words.contains("host")) {
            return host(console);
        }
        var known = ProxyWords.of(words);
        if (known == null) {
            return null;
        }
        var command = new ProxyCommand(console);
        command.words = known;
        return command.call();
    }

    @Override
    public Integer call() throws Exception {
        words.rest(unknown);
        for (var idle : words.idle) {
            console.say("serin proxy: " + idle + " has no meaning here and is passed over");
        }
        var container = container();
        var options = container == null ? file() : container.read();
        var wanted =
                words.workers > 0 || container == null ? words.workers : container.concurrency();
        var level = level();
        var loops = wanted > 0 ? wanted : Runtime.getRuntime().availableProcessors();
        try (var machine = ProxyRuntime.ofMachine(loops)) {
            if (words.mode.equals("validate")) {
                Proxy.validate(options, place(console.err()), machine.runtime());
                console.print("configuration '" + words.source() + "' OK");
                return 0;
            }
            return one(options, level, machine.runtime());
        }
    }

    /// All proxies of a machine, as ordered on standard input; started by a mesh, not by people.
    private static int host(Console console) throws IOException {
        var out = console.out();
        var socket = System.getenv(BROKER);
        try (var machine = ProxyRuntime.ofMachine(Runtime.getRuntime().availableProcessors());
                var broker = socket == null ? null : new BrokerLink(Path.of(socket));
                var host =
                        new ProxyHost(
                                machine.runtime(),
                                broker,
                                line -> {
                                    out.println(line);
                                    out.flush();
                                });
                var orders =
                        new BufferedReader(
                                new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            if (Rehearsal.wanted(System.getenv())) {
                Rehearsal.run(machine.runtime(), console, Rehearsal.REQUESTS);
            }
            ClassArchive.giveBack(machine.runtime().timers());
            host.run(orders);
        }
        return 0;
    }

    private int one(ProxyOptions options, ProxyLog.Level level, ProxyRuntime runtime) {
        var proxy = new Proxy(options, place(log()), runtime);
        proxy.logFrom(level);
        if (words.adminAddress != null) {
            var file = words.adminAddress;
            proxy.pages().thenAccept(pages -> write(file, pages));
        }
        Signals.on(() -> proxy.drain(DRAIN).whenComplete((_, _) -> proxy.close()), "INT", "TERM");
        Signals.on(proxy::reopenLogs, "USR1");
        Signals.on(() -> {}, "HUP"); // as Envoy: a terminal that closes does not end it
        proxy.ready().thenRun(() -> ClassArchive.giveBack(runtime.timers()));
        proxy.start();
        try {
            proxy.ended().join();
        } catch (CompletionException e) {
            // A port in use or a listener that was refused: the user's to mend, not a fault here.
            if (e.getCause() instanceof ProblemException problem) {
                throw problem;
            }
            throw e;
        }
        return 0;
    }

    private ProxyLog.Level level() {
        var word = words.level;
        var level = word == null ? ProxyLog.Level.INFO : ProxyLog.Level.of(word);
        if (level == null) {
            throw new ProblemException(
                    new Problem(
                            "--log-level",
                            "'" + word + "'",
                            "trace, debug, info, warning, error, critical or off",
                            null));
        }
        return level;
    }

    private ProxyPlace place(OutputStream log) {
        var broker = System.getenv(BROKER);
        return new ProxyPlace(
                broker == null
                        ? new HostSockets(Transport.best(), 0)
                        : new BrokeredSockets(new BrokerLink(Path.of(broker)).pool("")),
                InetAddress::getByName,
                ContainerFiles.SAME,
                console.out(),
                log);
    }

    /// Its own log goes beside what scripts read: to standard error, or to a file.
    private OutputStream log() {
        var file = words.logPath;
        try {
            return file == null
                    ? console.err()
                    : Files.newOutputStream(
                            file, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new ProblemException(
                    new Problem(
                            "--log-path",
                            file + " cannot be opened: " + e,
                            "a file that can be written",
                            null));
        }
    }

    /// As Envoy's `--admin-address-path`.
    private void write(Path file, Map<String, InetSocketAddress> pages) {
        var admin = pages.get("admin");
        try {
            Files.writeString(
                    file,
                    admin == null
                            ? ""
                            : new HostPort(admin.getAddress().getHostAddress(), admin.getPort())
                                    .toString());
        } catch (IOException e) {
            console.problem(file + ": cannot be written: " + e.getMessage());
        }
    }

    private ProxyOptions file() {
        if (!Set.of("serve", "validate").contains(words.mode)) {
            throw new ProblemException(
                    new Problem("--mode", "'" + words.mode + "'", "serve or validate", null));
        }
        if (words.config == null && words.configYaml == null) {
            throw new ProblemException(
                    Problem.of(
                            "serin proxy",
                            "neither a role nor --config",
                            "see serin proxy --help"));
        }
        var read = FileBootstrap.read(words.config, words.configYaml, words.named());
        return words.drainSeconds < 0
                ? read
                : read.withDrain(Duration.ofSeconds(words.drainSeconds));
    }

    private @Nullable ContainerBootstrap container() {
        if (words.role == null || words.config != null) {
            return null;
        }
        var arguments = new ArrayList<>(List.of("proxy", words.role));
        arguments.addAll(words.others);
        return new ContainerBootstrap(arguments, System.getenv(), ContainerFiles.SAME);
    }
}
