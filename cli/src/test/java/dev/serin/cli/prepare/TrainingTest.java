package dev.serin.cli.prepare;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;

import dev.serin.cli.sidecar.Distribution;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/// A script stands for the distribution here: what counts is what is made of it.
class TrainingTest {
    @TempDir private Path folder;

    private final List<String> said = new CopyOnWriteArrayList<>();

    /// @param roles what the script does for `serve`, `up` and `validate`, as cases of a shell
    private void train(String roles) throws IOException {
        var run = folder.resolve("run");
        Files.writeString(
                run,
                """
                #!/bin/sh
                shift
                if [ -n "${SERIN_AOT_CREATE:-}" ]; then
                    exec touch "$SERIN_AOT/$SERIN_AOT_CREATE.aot"
                fi
                case $1 in
                %s
                esac
                """
                        .formatted(roles),
                java.nio.charset.StandardCharsets.UTF_8);
        Files.setPosixFilePermissions(run, PosixFilePermissions.fromString("rwx------"));
        Files.writeString(folder.resolve("request.json"), "{}");
        new Training(new Distribution(run.toString(), "java"), folder, said::add).run();
    }

    private boolean has(String role) {
        return Files.exists(folder.resolve("aot").resolve(role + ".aot"));
    }

    @Test
    void aRoleThatCannotBeLearntCostsALineAndHasNoCache() throws IOException {
        train(
                """
                serve) echo 'no such model'; exit 3 ;;
                up) echo 'the kernel refuses namespaces'; exit 1 ;;
                validate) exit 0 ;;
                """);
        assertTrue(has("command"), "learnt from validate");
        assertFalse(has("serve") || has("supervisor") || has("proxy"));
        assertEquals(3, said.size(), said.toString());
        assertTrue(said.stream().anyMatch(line -> line.contains("no such model")), said::toString);
        assertTrue(said.stream().anyMatch(line -> line.contains("namespaces")), said::toString);
        assertFalse(Files.exists(folder.resolve("aot.new")));
    }

    @Test
    void theModelServerIsAskedAndThenToldToEnd() throws IOException {
        var asked = new AtomicInteger();
        var server =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext(
                "/v1/models/example:predict",
                exchange -> {
                    asked.incrementAndGet();
                    exchange.sendResponseHeaders(200, -1);
                    exchange.close();
                });
        server.start();
        try {
            train(
                    """
                    serve) echo 'REST on port %d'; exec sleep 60 ;;
                    *) exit 1 ;;
                    """
                            .formatted(server.getAddress().getPort()));
        } finally {
            server.stop(0);
        }
        assertTrue(asked.get() > 0);
        assertTrue(has("serve"), said.toString());
        assertFalse(has("command"));
    }
}
