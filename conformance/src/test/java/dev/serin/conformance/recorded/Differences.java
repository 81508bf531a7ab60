package dev.serin.conformance.recorded;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/// The list of what may differ, each with its reason. A line `# text` is the reason of the lines
/// after it; such a line is the numbers of transcripts (`17,20-23`, or `*`), a blank and a regular
/// expression for the whole difference. Numbers after a `~`: a matter of moments, which need not
/// occur.
final class Differences {
    private final List<Entry> entries = new ArrayList<>();
    private final Set<Entry> used = new LinkedHashSet<>();

    private record Entry(int line, String numbers, boolean always, Pattern difference) {
        boolean allows(int number, String text) {
            return in(number) && difference.matcher(text).matches();
        }

        boolean in(int number) {
            for (var part : numbers.split(",", -1)) {
                var both = part.split("-", -1);
                if (part.equals("*")
                        || Integer.parseInt(both[0]) <= number
                                && number <= Integer.parseInt(both[both.length - 1])) {
                    return true;
                }
            }
            return false;
        }

        @Override
        public String toString() {
            return "line " + line + ": " + numbers + " " + difference;
        }
    }

    static Differences read(Path file) {
        var list = new Differences();
        try {
            var number = 0;
            var reason = false;
            for (var line : Files.readAllLines(file)) {
                number++;
                if (line.startsWith("#")) {
                    reason = line.length() > 20;
                } else if (!line.isBlank()) {
                    if (!reason) {
                        throw new IllegalArgumentException("no reason before line " + number);
                    }
                    var both = line.split(" ", 2);
                    list.entries.add(
                            new Entry(
                                    number,
                                    both[0].replace("~", ""),
                                    !both[0].startsWith("~"),
                                    Pattern.compile(both[1], Pattern.DOTALL)));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return list;
    }

    boolean allows(int number, String difference) {
        var found = false;
        for (var entry : entries) {
            if (entry.allows(number, difference)) {
                used.add(entry);
                found = true;
            }
        }
        return found;
    }

    /// Entries that allowed nothing, though a transcript that they name was played.
    List<String> unused(Collection<Integer> played) {
        return entries.stream()
                .filter(e -> e.always() && !used.contains(e) && played.stream().anyMatch(e::in))
                .map(Entry::toString)
                .toList();
    }
}
