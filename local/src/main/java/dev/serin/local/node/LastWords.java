package dev.serin.local.node;

import tools.jackson.databind.JsonNode;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.stream.Collectors;

/// What a container says about its end: what it wrote to its termination message's file, or the end
/// of its log, where its manifest wants that. As the kubelet, in its bounds.
///
/// @param path in the container
/// @param file on the machine, shown there
/// @param fromLog the log will do, where the file is empty and it failed
record LastWords(String path, Path file, Path log, boolean fromLog) {
    private static final int LONGEST = 4096;
    private static final int LONGEST_OF_LOG = 2048;
    private static final int LINES_OF_LOG = 80;

    /// Makes the empty file, for any user to write.
    static LastWords of(JsonNode container, Path folder, Path log) {
        var name = container.path("name").asString("");
        var file = folder.resolve("termination").resolve(name);
        try {
            Files.createDirectories(file.getParent());
            Files.deleteIfExists(file);
            Files.createFile(file);
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-rw-rw-"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new LastWords(
                container.path("terminationMessagePath").asString("/dev/termination-log"),
                file,
                log,
                container
                        .path("terminationMessagePolicy")
                        .asString("")
                        .equals("FallbackToLogsOnError"));
    }

    /// @param code that it ended with
    String said(int code) {
        try {
            var words = end(file, LONGEST);
            return words.isEmpty() && fromLog && code != 0 ? ofLog() : words;
        } catch (IOException _) {
            return "";
        }
    }

    private String ofLog() throws IOException {
        // A line has some forty letters before its text.
        var lines = end(log, LONGEST_OF_LOG * 2).lines().toList();
        var text =
                lines.subList(Math.max(0, lines.size() - LINES_OF_LOG), lines.size()).stream()
                        .map(line -> line.replaceFirst("^\\S+Z (stdout|stderr) [FP] ", ""))
                        .collect(Collectors.joining("\n", "", "\n"));
        return lines.isEmpty() ? "" : text.substring(Math.max(0, text.length() - LONGEST_OF_LOG));
    }

    private static String end(Path of, int most) throws IOException {
        try (var file = new RandomAccessFile(of.toFile(), "r")) {
            var octets = new byte[(int) Math.min(most, file.length())];
            file.seek(file.length() - octets.length);
            file.readFully(octets);
            return new String(octets, StandardCharsets.UTF_8);
        }
    }
}
