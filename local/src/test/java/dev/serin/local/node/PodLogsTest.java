package dev.serin.local.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.serin.base.ProblemException;
import dev.serin.base.log.LogFile;
import dev.serin.testkit.FakeTime;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

class PodLogsTest {
    private final FakeTime time = new FakeTime();
    @TempDir private Path folder;

    @Test
    void keepsLinesWithTheirTime() throws IOException {
        print(0, "first\nsecond größe\nlast without end");
        assertEquals("first\nsecond größe\nlast without end\n", read(-1, false, false));
        assertEquals("last without end\n", read(1, false, false));
        assertTrue(read(-1, false, true).startsWith("2026-01-01T00:00:00Z first\n"));
    }

    @Test
    void aCarriageReturnIsPartOfItsLine() throws IOException {
        print(0, "HTTP/1.0 200 OK\r\nServer: x\r\n\r\n");
        assertEquals("HTTP/1.0 200 OK\r\nServer: x\r\n\r\n", read(-1, false, false));
        assertEquals("2026-01-01T00:00:00Z \r\n", read(1, false, true));
    }

    @Test
    void tellsTheRunBefore() throws IOException {
        var none = assertThrows(ProblemException.class, () -> read(-1, false, false));
        assertTrue(none.getMessage().contains("has not run yet"), none.getMessage());
        print(0, "one\n");
        print(1, "two\n");
        assertEquals("two\n", read(-1, false, false));
        assertEquals("one\n", read(-1, true, false));
    }

    @Test
    void aFullFileMakesPlaceAndStaysBounded() throws IOException {
        try (var log = new LogFile(path(0), time, 1000)) {
            for (int i = 0; i < 200; i++) {
                log.copy(input("line " + i + "\n"), "stdout");
            }
        }
        assertTrue(Files.size(path(0)) <= 1000);
        var lines = read(-1, false, false);
        assertTrue(lines.endsWith("line 198\nline 199\n"), lines);
        assertTrue(lines.length() < 5000, lines);
        assertTrue(Files.exists(path(0).resolveSibling("0.log.4")));
        assertFalse(Files.exists(path(0).resolveSibling("0.log.5")));
        assertEquals("line 198\nline 199\n", read(2, false, false));
        // Oldest first, and none missing between.
        var numbers = lines.lines().map(line -> Integer.valueOf(line.substring(5))).toList();
        for (int i = 1; i < numbers.size(); i++) {
            assertEquals(numbers.get(i - 1) + 1, numbers.get(i));
        }
        LogFile.delete(path(0));
        assertEquals(List.of(), PodLogs.runs(path(0).getParent()));
    }

    @Test
    void followsThroughFullFilesWithoutALineLost() throws IOException {
        var out = new ByteArrayOutputStream();
        var round = new AtomicInteger();
        try (var log = new LogFile(path(0), time, 1000)) {
            log.copy(input("line 0\n"), "stdout");
            new PodLogs(folder)
                    .stream(
                            new PodLogs.Request("uid", "c", true, -1, false, false, Instant.EPOCH),
                            out,
                            () -> {
                                // Between two looks up to three files are filled.
                                for (int i = 0; i < 70; i++) {
                                    var number = round.get() * 70 + i + 1;
                                    log.copy(input("line " + number + "\n"), "stdout");
                                }
                                return round.incrementAndGet() == 10;
                            });
        }
        var expected = new StringBuilder();
        for (int i = 0; i <= 700; i++) {
            expected.append("line ").append(i).append('\n');
        }
        assertEquals(expected.toString(), out.toString(StandardCharsets.UTF_8));
    }

    @Test
    void theFirstErrorsAreToldAsWell() throws IOException {
        var errors = new java.util.ArrayList<String>();
        try (var log = new LogFile(path(0), time, 1 << 20, errors::add)) {
            log.copy(input("ERROR: a\nno ERROR: b\nERROR: c\nERROR: d\nERROR: e\n"), "stderr");
        }
        assertEquals(java.util.List.of("a", "c", "d"), errors);
        assertTrue(read(-1, false, false).contains("ERROR: e\n"));
    }

    @Test
    void followsUntilTheContainerHasEnded() throws IOException {
        print(0, "before\n");
        var asked = new AtomicInteger();
        var out = new ByteArrayOutputStream();
        new PodLogs(folder)
                .stream(
                        new PodLogs.Request("uid", "c", true, -1, false, false, Instant.EPOCH),
                        out,
                        () -> {
                            if (asked.incrementAndGet() == 2) {
                                print(0, "after\n");
                            }
                            return asked.get() > 2;
                        });
        assertEquals("before\nafter\n", out.toString(StandardCharsets.UTF_8));
    }

    private String read(int tail, boolean previous, boolean stamps) throws IOException {
        var out = new ByteArrayOutputStream();
        new PodLogs(folder)
                .stream(
                        new PodLogs.Request(
                                "uid", "c", false, tail, previous, stamps, Instant.EPOCH),
                        out,
                        () -> true);
        return out.toString(StandardCharsets.UTF_8);
    }

    private void print(int run, String text) {
        try (var log = new LogFile(path(run), time, 1 << 20)) {
            log.copy(input(text), "stdout");
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private Path path(int run) {
        return folder.resolve("uid/logs/c/" + run + ".log");
    }

    private static ByteArrayInputStream input(String text) {
        return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
    }
}
