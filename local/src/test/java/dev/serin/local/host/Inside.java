package dev.serin.local.host;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// Runs the main method of a class in namespaces of its own, as the front starts the supervisor.
/// Fails, with what it printed, unless it ends with 0; also where namespaces are not allowed.
public final class Inside {
    private Inside() {}

    public static String run(Class<?> main, String... arguments) throws Exception {
        var programs = programs();
        var unshare = new Unshare(programs, isRoot());
        unshare.check();
        var command = new ArrayList<>(java(main));
        command.addAll(List.of(arguments));
        var output = Files.createTempFile("inside", ".log");
        try {
            var builder =
                    new ProcessBuilder(unshare.command(command))
                            .redirectErrorStream(true)
                            .redirectOutput(output.toFile());
            builder.environment().put("PATH", programs.path());
            var process = builder.start();
            var ended = process.waitFor(60, TimeUnit.SECONDS);
            if (!ended) {
                process.destroyForcibly();
            }
            var text = Files.readString(output);
            assertEquals(0, ended ? process.exitValue() : -1, text);
            return text;
        } finally {
            Files.delete(output);
        }
    }

    /// The whole of such a main method: what it throws is printed, and threads do not hold it up.
    public static void ended(Scenario scenario) {
        try {
            scenario.run();
            System.out.flush();
            Runtime.getRuntime().halt(0);
        } catch (Throwable e) {
            e.printStackTrace();
            System.err.flush();
            Runtime.getRuntime().halt(1);
        }
    }

    /// What runs inside.
    public interface Scenario {
        void run() throws Exception;
    }

    public static List<String> java(Class<?> main) {
        return List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty(
                        "surefire.test.class.path", System.getProperty("java.class.path")),
                main.getName());
    }

    public static Programs programs() {
        return new Programs(System.getenv("PATH"), Duration.ofSeconds(20));
    }

    public static boolean isRoot() {
        return System.getProperty("user.name").equals("root");
    }
}
