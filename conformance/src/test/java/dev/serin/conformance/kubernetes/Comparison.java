package dev.serin.conformance.kubernetes;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// One line of commands.txt: the command, and whether only its exit code is compared, and why.
record Comparison(List<String> arguments, boolean exitOnly, String reason) {
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
        var hash = text.indexOf(" #");
        var reason = hash < 0 ? "" : text.substring(hash + 2).strip();
        return new Comparison(
                words((hash < 0 ? text : text.substring(0, hash)).strip()), exitOnly, reason);
    }

    /// What the local API answers otherwise than the real one, to be read by a person.
    Optional<String> difference(Kubectl.Outcome real, Kubectl.Outcome local) {
        var said = new StringBuilder();
        if (real.exit() != local.exit()) {
            said.append("- exit ").append(real.exit()).append('\n');
            said.append("+ exit ").append(local.exit()).append('\n');
        }
        if (!exitOnly || !said.isEmpty()) {
            said.append(Lines.difference(real.out(), local.out()));
            said.append(Lines.difference(real.err(), local.err()));
        }
        return said.isEmpty() ? Optional.empty() : Optional.of("$ " + this + "\n" + said);
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
