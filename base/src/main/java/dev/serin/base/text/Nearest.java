package dev.serin.base.text;

import org.jspecify.annotations.Nullable;

import java.util.Collection;
import java.util.Locale;

/// Finds what somebody probably meant.
public final class Nearest {
    private Nearest() {}

    /// The word that is fewest edits from `word`, case aside; null if none is near enough to be
    /// meant. Exchanging two neighbours is one edit.
    public static @Nullable String to(String word, Collection<String> known) {
        String best = null;
        // A third of the word may be wrong, one letter always.
        var limit = Math.max(1, word.length() / 3) + 1;
        var fewest = limit;
        for (var candidate : known) {
            var edits = edits(word.toLowerCase(Locale.ROOT), candidate.toLowerCase(Locale.ROOT));
            if (edits < fewest || best == null && edits < limit) {
                best = candidate;
                fewest = edits;
            }
        }
        return best == null ? containing(word, known) : best;
    }

    /// `host` for `hostname`: one begins with the other; `v1` for `version-v1`: it ends with it.
    private static @Nullable String containing(String word, Collection<String> known) {
        var lower = word.toLowerCase(Locale.ROOT);
        for (var candidate : known) {
            var other = candidate.toLowerCase(Locale.ROOT);
            var shorter = Math.min(lower.length(), other.length());
            var begins = shorter >= 4 && (lower.startsWith(other) || other.startsWith(lower));
            if (begins || lower.endsWith("-" + other) || other.endsWith("-" + lower)) {
                return candidate;
            }
        }
        return null;
    }

    private static int edits(String a, String b) {
        var before = new int[b.length() + 1];
        var above = new int[b.length() + 1];
        var row = new int[b.length() + 1];
        for (var j = 0; j <= b.length(); j++) {
            above[j] = j;
        }
        for (var i = 1; i <= a.length(); i++) {
            row[0] = i;
            for (var j = 1; j <= b.length(); j++) {
                var change = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
                row[j] = Math.min(Math.min(row[j - 1] + 1, above[j] + 1), above[j - 1] + change);
                if (i > 1
                        && j > 1
                        && a.charAt(i - 1) == b.charAt(j - 2)
                        && a.charAt(i - 2) == b.charAt(j - 1)) {
                    row[j] = Math.min(row[j], before[j - 2] + 1);
                }
            }
            var spare = before;
            before = above;
            above = row;
            row = spare;
        }
        return above[b.length()];
    }
}
