package dev.serin.cli;

import dev.serin.base.Problem;
import dev.serin.base.ProblemException;
import dev.serin.base.lifecycle.ClassArchive;
import dev.serin.local.host.Signals;
import dev.serin.proxy.Proxy;
import dev.serin.proxy.ProxyOptions;
import dev.serin.proxy.ProxyPlace;
import dev.serin.proxy.ProxyRuntime;
import dev.serin.proxy.bootstrap.ContainerBootstrap;
import dev.serin.proxy.bootstrap.ContainerFiles;
import dev.serin.proxy.bootstrap.FileBootstrap;
import dev.serin.proxy.host.ProxyHost;
import dev.serin.proxy.socket.HostSockets;
import dev.serin.proxy.socket.Transport;

import io.netty.util.internal.logging.InternalLoggerFactory;
import io.netty.util.internal.logging.JdkLoggerFactory;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Unmatched;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionException;

/// `serin proxy`: sidecar or gateway as a container starts it, the shared process of one machine,
/// or a proxy on a file.
@Command(
        name = "proxy",
        description = {
            "Runs the proxy.",
            "  serin proxy --config FILE   on an Envoy bootstrap (JSON or YAML), with all"
                    + " resources in it or a control plane to ask",
            "  serin proxy sidecar|router  as the container of a pod, configured by its"
                    + " environment",
            ""
        })
final class ProxyCommand implements Callable<Integer> {
    private static final Duration DRAIN = Duration.ofSeconds(5);

    private final Console console;

    @Option(
            names = {"-c", "--config"},
            paramLabel = "FILE",
            description = "an Envoy bootstrap")
    private @Nullable Path config;

    @Option(
            names = "--workers",
            paramLabel = "N",
            defaultValue = "0",
            description = "event loops (default: one a core)")
    private int workers;

    @Parameters(paramLabel = "ROLE", arity = "0..1", description = "sidecar or router")
    private @Nullable String role;

    @Unmatched private List<String> others = new ArrayList<>();

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
        var command = new ProxyCommand(console);
        for (var i = 0; i < words.size(); i++) {
            var word = words.get(i);
            var equals = word.startsWith("--") ? word.indexOf('=') : -1;
            var name = equals < 0 ? word : word.substring(0, equals);
            var option = List.of("-c", "--config", "--workers").contains(name);
            if (option && equals < 0 && i + 1 == words.size()) {
                return null;
            }
            if (option) {
                var value = equals < 0 ? words.get(++i) : word.substring(equals + 1);
                if (!name.equals("--workers")) {
                    command.config = Path.of(value);
                } else if (value.matches("[0-9]{1,4}")) {
                    command.workers = Integer.parseInt(value);
                } else {
                    return null;
                }
            } else if (command.role == null && (word.equals("sidecar") || word.equals("router"))) {
                command.role = word;
            } else if (command.role == null) {
                return null;
            } else {
                command.others.add(word);
            }
        }
        return command.call();
    }

    @Override
    public Integer call() throws Exception {
        var container = container();
        var options = container == null ? file() : container.read();
        var wanted = workers > 0 || container == null ? workers : container.concurrency();
        var loops = wanted > 0 ? wanted : Runtime.getRuntime().availableProcessors();
        try (var machine = ProxyRuntime.ofMachine(loops)) {
            return one(options, machine.runtime());
        }
    }

    /// All proxies of a machine, as ordered on standard input; started by a mesh, not by people.
    private static int host(Console console) throws IOException {
        var out = console.out();
        try (var machine = ProxyRuntime.ofMachine(Runtime.getRuntime().availableProcessors());
                var host =
                        new ProxyHost(
                                machine.runtime(),
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

    private int one(ProxyOptions options, ProxyRuntime runtime) {
        var place =
                new ProxyPlace(
                        new HostSockets(Transport.best(), 0),
                        InetAddress::getByName,
                        ContainerFiles.SAME,
                        console.out());
        var proxy = new Proxy(options, place, runtime);
        Signals.onEnd(() -> proxy.drain(DRAIN).whenComplete((_, _) -> proxy.close()));
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

    private ProxyOptions file() {
        if (config == null) {
            throw new ProblemException(
                    Problem.of(
                            "serin proxy",
                            "neither a role nor --config",
                            "see serin proxy --help"));
        }
        return FileBootstrap.read(config);
    }

    private @Nullable ContainerBootstrap container() {
        if (role == null || config != null) {
            return null;
        }
        var arguments = new ArrayList<>(List.of("proxy", role));
        arguments.addAll(others);
        return new ContainerBootstrap(arguments, System.getenv(), ContainerFiles.SAME);
    }
}
