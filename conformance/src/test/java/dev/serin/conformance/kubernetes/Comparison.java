package dev.serin.conformance.kubernetes;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// One line of commands.txt: the command, and whether only its exit code is compared.
record Comparison(List<String> arguments, boolean exitOnly) {
    /// The lines of the file, in order.
    static List<Comparison> read(Path file) {
        try (var lines = Files.lines(file)) {
            return lines.filter(line -> !line.isBlank() && !line.startsWith("#"))
                    .map(Comparison::of)
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Comparison of(String line) {
        var exitOnly = line.startsWith("- ");
        var text = exitOnly ? line.substring(2) : line;
        var reason = text.indexOf(" #");
        if (reason >= 0) {
            text = text.substring(0, reason);
        }
        return new Comparison(words(text.strip()), exitOnly);
    }

    /// Words by blanks, but a JSON patch or template in braces is one word.
    private static List<String> words(String text) {
        var words = new ArrayList<String>();
        var word = new StringBuilder();
        var depth = 0;
        for (var i = 0; i < text.length(); i++) {
            var c = text.charAt(i);
            if (c == '{' || c == '[') {
                depth++;
            } else if (c == '}' || c == ']') {
                depth--;
            }
            if (c == ' ' && depth == 0) {
                if (!word.isEmpty()) {
                    words.add(word.toString());
                    word.setLength(0);
                }
            } else {
                word.append(c);
            }
        }
        if (!word.isEmpty()) {
            words.add(word.toString());
        }
        return List.copyOf(words);
    }

    @Override
    public String toString() {
        return "kubectl " + String.join(" ", arguments);
    }
}
