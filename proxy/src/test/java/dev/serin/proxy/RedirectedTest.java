package dev.serin.proxy;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// Connections that netfilter has led to the proxy, in a network of their own; see
/// [RedirectedInside] for what must hold.
@Tag("namespace")
class RedirectedTest {
    @Test
    void goWhereTheirClientsMeant() throws Exception {
        var root = System.getProperty("user.name").equals("root");
        var command =
                new ArrayList<>(
                        root
                                ? List.of("unshare", "--net")
                                : List.of("unshare", "--user", "--map-root-user", "--net"));
        command.addAll(
                List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        "--sun-misc-unsafe-memory-access=allow",
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty(
                                "surefire.test.class.path", System.getProperty("java.class.path")),
                        RedirectedInside.class.getName()));
        var output = Files.createTempFile("inside", ".log");
        try {
            var process =
                    new ProcessBuilder(command)
                            .redirectErrorStream(true)
                            .redirectOutput(output.toFile())
                            .start();
            var ended = process.waitFor(60, TimeUnit.SECONDS);
            if (!ended) {
                process.destroyForcibly();
            }
            assertEquals(0, ended ? process.exitValue() : -1, Files.readString(output));
        } finally {
            Files.delete(output);
        }
    }
}
