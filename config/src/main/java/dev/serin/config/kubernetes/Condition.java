package dev.serin.config.kubernetes;

import dev.serin.config.codec.Cursor;

/// One of the statements in a status's `conditions`.
///
/// @param status True, False or Unknown
public record Condition(String type, String status, String reason, String message) {
    static Condition from(Cursor condition) {
        return new Condition(
                condition.string("type"),
                condition.string("status"),
                condition.string("reason"),
                condition.string("message"));
    }

    static boolean isTrue(Cursor status, String type) {
        return status.list("conditions", Condition::from).stream()
                .anyMatch(c -> c.type().equals(type) && c.status().equals("True"));
    }
}
