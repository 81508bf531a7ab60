package dev.serin.config.istio;

import dev.serin.config.codec.Cursor;

/// How a text is compared.
public sealed interface StringMatch {
    record Exact(String value) implements StringMatch {}

    record Prefix(String value) implements StringMatch {}

    /// RE2's syntax; the whole text must match.
    record Regex(String value) implements StringMatch {}

    /// Any value, as long as there is one: what Istio makes of an empty match.
    record Present() implements StringMatch {}

    static StringMatch from(Cursor match) {
        if (match.has("exact")) {
            return new Exact(match.string("exact"));
        }
        if (match.has("prefix")) {
            return new Prefix(match.string("prefix"));
        }
        return match.has("regex") ? new Regex(match.string("regex")) : new Present();
    }
}
