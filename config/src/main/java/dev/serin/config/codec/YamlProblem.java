package dev.serin.config.codec;

import dev.serin.base.Problem;
import dev.serin.base.ProblemException;

import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;

import java.util.List;

/// Says what is wrong with a text that is not YAML, in words for its writer.
final class YamlProblem {
    private YamlProblem() {}

    static ProblemException of(String file, String text, MarkedYamlEngineException e) {
        var place = YamlReader.mark(e).map(YamlReader::position).orElse(new Position(1, 1));
        var lines = text.lines().toList();
        var tab = tab(lines, place);
        if (tab != null) {
            return at(
                    file, tab, "a tab", "spaces", "replace the tab with spaces: YAML takes no tab");
        }
        var line = place.line() <= lines.size() ? lines.get(place.line() - 1).strip() : "";
        var found = line.isEmpty() ? "the end of the text" : "«" + line + "»";
        var said = String.valueOf(e.getProblem());
        if (said.contains("mapping values are not allowed")) {
            return at(
                    file,
                    place,
                    found + " has a colon where no key can be",
                    "one key: value a line, lined up with its siblings",
                    "check the indentation of this line and the one before; put a text with a"
                            + " colon in quotes");
        }
        if (said.contains("block end") || said.contains("block mapping")) {
            return at(
                    file,
                    place,
                    found + " is indented unlike its siblings",
                    "the same number of spaces before each sibling",
                    "line it up with the lines that it belongs to");
        }
        if (said.contains("could not find expected ':'")) {
            return at(
                    file,
                    place,
                    found + " follows a line that is no key",
                    "key: value, with a space after the colon",
                    "look for a missing colon in the line before");
        }
        if (said.contains("undefined alias") || said.contains("found undefined")) {
            return at(
                    file,
                    place,
                    found + " names an anchor that is not there",
                    null,
                    "write &name first");
        }
        return at(
                file,
                place,
                said + " at " + found,
                null,
                "write valid YAML; quotes help with special characters");
    }

    private static @Nullable Position tab(List<String> lines, Position place) {
        // The scanner notices some tabs a line late, when the token after them makes no sense.
        for (var line = place.line(); line >= Math.max(1, place.line() - 1); line--) {
            if (line > lines.size()) {
                continue;
            }
            var text = lines.get(line - 1);
            for (var at = 0; at < text.length() && Character.isWhitespace(text.charAt(at)); at++) {
                if (text.charAt(at) == '\t') {
                    return new Position(line, at + 1);
                }
            }
        }
        return null;
    }

    private static ProblemException at(
            String file, Position place, String found, @Nullable String expected, String cure) {
        return new ProblemException(
                new Problem(
                        file + ":" + place.line() + ":" + place.column(), found, expected, cure));
    }
}
