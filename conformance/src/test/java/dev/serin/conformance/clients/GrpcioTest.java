package dev.serin.conformance.clients;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.serin.conformance.differential.scenario.Certificates;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// Python's grpcio, whose C core is what most other languages speak with; the cases are in
/// clients/echo.py.
@Tag("peers")
class GrpcioTest {
    private static final Path SCRIPT =
            Path.of(
                    System.getProperty("serin.root"),
                    "conformance/src/test/resources/clients/echo.py");

    @Test
    void everyCaseEndsWell(@TempDir Path folder) throws Exception {
        var authority = folder.resolve("ca.pem");
        Files.writeString(authority, Certificates.words().get("ca"));
        try (var echo = new EchoBehind()) {
            var said =
                    Program.run(
                            120,
                            List.of(
                                    Program.of("serin.grpcio"),
                                    SCRIPT.toString(),
                                    Integer.toString(echo.port("main")),
                                    Integer.toString(echo.port("tls")),
                                    authority.toString()));
            assertEquals(24, said.lines().filter(l -> l.endsWith(": well")).count(), said);
        }
    }
}
