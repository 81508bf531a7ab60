package dev.serin.proxy.http;

import java.util.HashMap;
import java.util.Map;

/// How the sender of a head wrote the names of its fields, for those who read them by their case.
/// As Envoy's preserve_case. The stream's event loop owns it.
public final class Spellings {
    private final Map<String, String> kept = new HashMap<>(32);
    private final boolean elseProper;

    /// @param elseProper whether names that the sender did not write are written as
    ///   `Content-Length`, not in lower case
    public Spellings(boolean elseProper) {
        this.elseProper = elseProper;
    }

    /// Keeps a name as it was written; the first spelling of a name stands.
    public void keep(String lower, String written) {
        kept.putIfAbsent(lower, written);
    }

    /// How to write the field `lower`.
    public String of(String lower) {
        var written = kept.get(lower);
        if (written != null) {
            return written;
        }
        return elseProper ? proper(lower) : lower;
    }

    private static String proper(String lower) {
        var name = new StringBuilder(lower);
        for (var i = 0; i < name.length(); i++) {
            if (i == 0 || name.charAt(i - 1) == '-') {
                name.setCharAt(i, Character.toUpperCase(name.charAt(i)));
            }
        }
        return name.toString();
    }
}
