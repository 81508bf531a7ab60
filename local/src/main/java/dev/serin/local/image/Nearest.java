package dev.serin.local.image;

import org.jspecify.annotations.Nullable;

import java.util.Collection;

/// The known name that a person may have meant.
final class Nearest {
    private Nearest() {}

    /// The nearest by edits, null when all are farther than a third of the name.
    static @Nullable String of(String name, Collection<String> known) {
        String best = null;
        var least = Math.max(1, name.length() / 3) + 1;
        for (var each : known) {
            var distance = edits(name, each);
            if (distance < least) {
                least = distance;
                best = each;
            }
        }
        return best;
    }

    private static int edits(String a, String b) {
        var row = new int[b.length() + 1];
        for (var j = 0; j <= b.length(); j++) {
            row[j] = j;
        }
        for (var i = 1; i <= a.length(); i++) {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.length(); j++) {
                var change = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(change, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return row[b.length()];
    }
}
