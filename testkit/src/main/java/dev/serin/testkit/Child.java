package dev.serin.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// A process that a test starts: its command, its end, and whether it answers.
public final class Child {
    private Child() {}

    /// The command that runs the main method of a class as this test runs.
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

    /// The whole of such a main method: what it throws is printed, and threads do not hold it up.
    public static void ended(Scenario scenario) {
        try {
            scenario.run();
            System.out.flush();
            Runtime.getRuntime().halt(0);
        } catch (Throwable e) { // a failed assertion, too, must end this process with 1
            e.printStackTrace();
            System.err.flush();
            Runtime.getRuntime().halt(1);
        }
    }

    /// What runs in such a process.
    public interface Scenario {
        void run() throws Exception;
    }

    /// What a program prints, on both outputs; fails, with that, unless it ends with 0 in time.
    public static String run(Duration bound, ProcessBuilder program)
            throws IOException, InterruptedException {
        var output = Files.createTempFile("child", ".log");
        try {
            var process = program.redirectErrorStream(true).redirectOutput(output.toFile()).start();
            var ended = process.waitFor(bound.toMillis(), TimeUnit.MILLISECONDS);
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

    /// Ends a process, by force if asking for it does not help.
    public static void end(Process process) {
        process.destroy();
        try {
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor(10, TimeUnit.SECONDS);
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }

    /// A port of loopback that is free now, for a program that cannot be asked which one it took.
    public static int freePort() {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Whether a program answers this with 200.
    public static boolean answers(HttpClient client, HttpRequest request) {
        try {
            return client.send(request, HttpResponse.BodyHandlers.ofString()).statusCode() == 200;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
