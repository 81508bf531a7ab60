package dev.serin.proxy.telemetry.log;

import org.jspecify.annotations.Nullable;

/// One `%OPERATOR%` of a format: reads its value from an entry.
@FunctionalInterface
interface Operator {
    /// The value: a String, a Long, or null where there is none, which text shows as `-`.
    @Nullable Object value(LogEntry entry);
}
