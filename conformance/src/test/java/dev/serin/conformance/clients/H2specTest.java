package dev.serin.conformance.clients;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/// The suite that HTTP/2 servers are held to, strict, without a waiver.
@Tag("peers")
class H2specTest {
    private static final Pattern SUMS =
            Pattern.compile("(\\d+) tests, (\\d+) passed, (\\d+) skipped, (\\d+) failed");

    @Test
    void everyCasePasses() throws Exception {
        try (var proxy =
                new Behind(
                        """
                        upstreams: {a: {answer: {size: 100}}}
                        manager: {codec_type: HTTP2}
                        routes: [{match: {prefix: /}, route: {cluster: a}}]
                        """,
                        Map.of())) {
            var command =
                    List.of(
                            Program.of("serin.h2spec"),
                            "-h",
                            "127.0.0.1",
                            "-p",
                            Integer.toString(proxy.port("main")),
                            "--strict",
                            "-o",
                            "5",
                            "-P",
                            "/");
            var ended = Program.end(300, command);
            var sums = SUMS.matcher(ended.output());
            assertTrue(sums.find(), ended::output);
            // the suite itself skips one case, where nothing can be checked
            assertAll(
                    () -> assertEquals("0", sums.group(4), ended::output),
                    () -> assertTrue(Integer.parseInt(sums.group(1)) >= 140, sums::group),
                    () -> assertTrue(Integer.parseInt(sums.group(3)) <= 1, sums::group),
                    () -> assertEquals(0, ended.code()));
        }
    }
}
