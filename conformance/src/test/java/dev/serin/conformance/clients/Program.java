package dev.serin.conformance.clients;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// A program of the machine that is run to its end.
final class Program {
    private Program() {}

    /// Where a stage put a program; fails with the cure if it did not.
    static String of(String property) {
        var path = System.getProperty(property, "");
        if (path.isBlank() || path.startsWith("$") || !Files.isExecutable(Path.of(path))) {
            throw new IllegalStateException(
                    "-D" + property + " names no program; cure: run .ci/peers, which installs it");
        }
        return path;
    }

    /// Both outputs of a program that must end well.
    static String run(int seconds, List<String> command) throws Exception {
        var ended = end(seconds, command);
        assertEquals(0, ended.code(), () -> String.join(" ", command) + "\n" + ended.output());
        return ended.output();
    }

    /// How a program ended, at most after so many seconds.
    static Ended end(int seconds, List<String> command) throws Exception {
        var output = Files.createTempFile("program", ".txt");
        try {
            var process =
                    new ProcessBuilder(command)
                            .redirectErrorStream(true)
                            .redirectOutput(output.toFile())
                            .start();
            if (!process.waitFor(seconds, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new IOException(
                        String.join(" ", command)
                                + " did not end within "
                                + seconds
                                + " s\n"
                                + Files.readString(output));
            }
            return new Ended(
                    process.exitValue(), Files.readString(output, StandardCharsets.ISO_8859_1));
        } finally {
            Files.delete(output);
        }
    }

    record Ended(int code, String output) {}
}
