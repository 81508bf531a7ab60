package dev.serin.cli;

import dev.serin.base.Problem;
import dev.serin.base.ProblemException;
import dev.serin.cli.mesh.MeshHome;
import dev.serin.cli.mesh.Summary;
import dev.serin.cli.sidecar.Distribution;
import dev.serin.local.capture.Setup;
import dev.serin.local.host.FrontClient;
import dev.serin.local.host.MeshLock;
import dev.serin.local.host.Programs;
import dev.serin.local.host.Successor;
import dev.serin.modelserver.ServeMain;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;

/// `serin up`: reads what it is given, strictly and before anything starts, then is the front of
/// the mesh until that ends.
@Command(
        name = "up",
        description = {
            "Starts a mesh on this machine and applies files to it.",
            "Runs until Ctrl-C, which stops everything that it started; with --detach in the"
                    + " background.",
            "",
            "  serin up -f examples/canary",
            ""
        })
final class UpCommand implements Callable<Integer> {
    private final Console console;

    @Mixin private MeshOption mesh = new MeshOption();

    @Option(
            names = {"-f", "--file"},
            paramLabel = "PATH",
            description = "A file or folder of YAML or JSON; may be given several times.")
    private List<Path> files = List.of();

    @Option(
            names = "--setup",
            description = {
                "Installs ip, unshare and the like with this machine's package manager, should they"
                        + " be missing, saying so."
            })
    private boolean setup;

    @Option(names = "--detach", description = "Returns once the mesh is up; `serin down` stops it.")
    private boolean detach;

    @Option(
            names = "--sidecars",
            paramLabel = "shared|process",
            description = {
                "Where the proxies run: one process for all, or one in each pod, as on Kubernetes"
                        + " (default: shared)."
            })
    private String sidecars = "shared";

    @Option(
            names = "--egress",
            paramLabel = "on|off",
            description =
                    "Whether pods reach this machine's network, and through it the Internet, by TCP"
                            + " (default: on, as on a cluster).")
    private String egress = "on";

    @Option(
            names = "--mtls",
            paramLabel = "MODE",
            description =
                    "The mesh's mutual TLS: permissive (plain text is taken; strict is not there"
                            + " yet).")
    private @Nullable MeshTls mtls;

    UpCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws IOException {
        if (!List.of("shared", "process").contains(sidecars)) {
            throw new ProblemException(
                    new Problem("--sidecars", "'" + sidecars + "'", "shared or process", null));
        }
        if (!List.of("on", "off").contains(egress)) {
            throw new ProblemException(
                    new Problem("--egress", "'" + egress + "'", "on or off", null));
        }
        var home = mesh.home();
        if (mtls != null) {
            mtls.check();
        }
        var environment = System.getenv();
        var programs = new Programs(environment.getOrDefault("PATH", ""), Duration.ofMinutes(10));
        var machine = new Setup(programs, FrontCommand.isRoot(), console::say);
        if (setup) {
            machine.install();
        }
        machine.missing()
                .ifPresent(problem -> {
                    throw new ProblemException(problem);
                });
        // Once for each user, and before anything starts: pods would each unpack it for themselves.
        ServeMain.prepare(environment, console::say);
        if (!files.isEmpty() && MeshLock.holder(home.state()).isPresent()) {
            return more(home, Given.read(files, console));
        }
        return detach ? detached(home) : attached(home, Given.read(files, console));
    }

    /// Hands over to the front, which is small: reading files takes ten times the classes.
    private int attached(MeshHome home, Given given) throws IOException {
        Files.createDirectories(home.state());
        Files.createDirectories(home.logs());
        // Not yet to where the supervisor reads it: that may be one that another front runs.
        var handed = Files.createTempFile(home.state(), "given", ".json");
        given.write(handed);
        var front = new ArrayList<>(Distribution.of(System.getenv()).command("front", home.name()));
        front.add(handed.toString());
        front.addAll(List.of("supervisor", "--mesh", home.name(), "--sidecars", sidecars));
        front.addAll(List.of("--egress", egress, "--socket"));
        if (Distribution.isRecorded(System.getenv())) {
            return beside(front);
        }
        Successor.become(front);
        return 1;
    }

    /// The virtual machine writes what it has learnt at its end, which a successor would not let it
    /// come to.
    private static int beside(List<String> front) throws IOException {
        try {
            return new ProcessBuilder(front).inheritIO().start().waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return 1;
        }
    }

    /// The mesh runs already: brings it what is given, and leaves it as it was started.
    private int more(MeshHome home, Given given) throws IOException {
        console.print("mesh '" + home.name() + "' is running: what is given is applied to it");
        var running = Files.exists(home.summary()) ? Summary.read(home.summary()) : Summary.NONE;
        if (running.egress().equals("on") != egress.equals("on")) {
            console.print("egress stays " + running.egress() + ", as it was started");
        }
        given.write(home.given());
        var answer = new FrontClient(home.socket()).apply(console::print);
        if (answer != FrontClient.Answer.READY) {
            Files.deleteIfExists(home.given());
        }
        return answer == FrontClient.Answer.READY ? 0 : 1;
    }

    /// Starts this same command once more, in a session of its own, and waits for its word.
    private int detached(MeshHome home) throws IOException {
        Files.createDirectories(home.state());
        var log = home.state().resolve("up.log");
        var command = new ArrayList<>(List.of("setsid"));
        command.addAll(Distribution.of(System.getenv()).command("up", "--mesh", home.name()));
        command.add("--sidecars=" + sidecars);
        command.add("--egress=" + egress);
        for (var file : files) {
            command.add("-f");
            command.add(file.toString());
        }
        var process =
                new ProcessBuilder(command)
                        .redirectInput(Path.of("/dev/null").toFile())
                        .redirectErrorStream(true)
                        .redirectOutput(log.toFile())
                        .start();
        var client = new FrontClient(home.socket());
        // The front needs a moment until it listens; from then on it says everything itself.
        while (process.isAlive()) {
            switch (client.watch(console::print)) {
                case READY -> {
                    return 0;
                }
                case ENDED -> {
                    return 1;
                }
                case NOBODY -> LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
            }
        }
        Files.readAllLines(log).forEach(console.err()::println);
        throw new ProblemException(
                Problem.of("mesh '" + home.name() + "'", "did not start", "see above, and " + log));
    }
}
