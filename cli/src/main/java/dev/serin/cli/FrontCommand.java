package dev.serin.cli;

import dev.serin.base.Problem;
import dev.serin.base.ProblemException;
import dev.serin.cli.mesh.MeshHome;
import dev.serin.cli.sidecar.Distribution;
import dev.serin.local.host.Front;
import dev.serin.local.host.Programs;
import dev.serin.local.host.Signals;

import io.netty.util.internal.logging.InternalLoggerFactory;
import io.netty.util.internal.logging.JdkLoggerFactory;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/// `serin front MESH GIVEN SUPERVISOR…`: what `serin up` becomes when it has read and checked all
/// that it was given, so that nothing of that stays in memory as long as the mesh runs; not for
/// people, and not in the table of commands.
final class FrontCommand {
    private static final Duration GRACE = Duration.ofSeconds(10);
    private static final Duration LONGEST = Duration.ofMinutes(10);

    private FrontCommand() {}

    /// Runs until the mesh has ended, and answers the exit code.
    ///
    /// @param words the mesh's name; the file with what it was given, which is taken; the words of
    ///   the supervisor's command
    static int run(List<String> words, Console console) throws IOException {
        if (words.size() < 3) {
            throw new ProblemException(
                    Problem.of("serin front", "it is not for people", "start `serin up`"));
        }
        // Else Netty looks for two other loggers, and so through every jar, whose indexes stay.
        InternalLoggerFactory.setDefaultFactory(JdkLoggerFactory.INSTANCE);
        var home = MeshHome.of(words.get(0), System.getenv());
        var given = Path.of(words.get(1));
        var supervisor =
                Distribution.of(System.getenv())
                        .command(words.subList(2, words.size()).toArray(String[]::new));
        var programs = new Programs(System.getenv().getOrDefault("PATH", ""), LONGEST);
        var start =
                new Front.Start(home.name(), home.state(), supervisor, Map.of(), isRoot(), GRACE);
        var front = new Front(start, programs, console::print);
        Signals.onEnd(front::stop);
        try {
            return front.run(() -> take(given, home.given()));
        } finally {
            Files.deleteIfExists(given);
        }
    }

    private static void take(Path from, Path to) {
        try {
            Files.move(from, to, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static boolean isRoot() throws IOException {
        return Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(line -> line.startsWith("Uid:"))
                .anyMatch(line -> line.split("\\s+")[2].equals("0"));
    }
}
