package dev.serin.base;

import org.jspecify.annotations.Nullable;

/// A thing that went wrong, as a person reads it: what it is about, what was found, what was
/// expected and the likely cure. Immutable; the same form serves a log line, an HTTP error and an
/// exit message.
///
/// @param subject what it is about: a file and line, a JSON path, a port, a pod
/// @param found what was found there, in the words of the user's own input
/// @param expected what would have been right, null where `found` says it all
/// @param cure what to do about it, null where nothing is known
public record Problem(
        String subject, String found, @Nullable String expected, @Nullable String cure) {

    /// A problem with a cure, where naming the expected thing adds nothing.
    public static Problem of(String subject, String found, String cure) {
        return new Problem(subject, found, null, cure);
    }

    /// One line: `subject: found; expected: …; cure: …`.
    public String text() {
        var text = new StringBuilder(subject).append(": ").append(found);
        if (expected != null) {
            text.append("; expected: ").append(expected);
        }
        if (cure != null) {
            text.append("; cure: ").append(cure);
        }
        return text.toString();
    }

    @Override
    public String toString() {
        return text();
    }
}
