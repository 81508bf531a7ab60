package dev.serin.proxy.format;

import org.jspecify.annotations.Nullable;

/// One `%OPERATOR%` of a format: reads its value from an entry.
@FunctionalInterface
public interface Operator {
    /// The value: a String, a Long, or null where there is none, which text shows as `-`.
    @Nullable Object value(Entry entry);
}
