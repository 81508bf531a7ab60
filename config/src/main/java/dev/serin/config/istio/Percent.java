package dev.serin.config.istio;

import dev.serin.config.codec.Cursor;

/// Reads a percentage, which Istio writes as `{value: 12.5}` and once wrote as a whole number.
final class Percent {
    private Percent() {}

    /// @param old name of the field that held a whole number
    static double of(Cursor owner, String field, String old, double absent) {
        if (owner.has(field)) {
            var value = owner.at(field).number("value");
            return value == null ? 0 : value;
        }
        var whole = owner.integer(old);
        return whole == null ? absent : whole;
    }
}
