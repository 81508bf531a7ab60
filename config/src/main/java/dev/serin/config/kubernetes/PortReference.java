package dev.serin.config.kubernetes;

import dev.serin.config.codec.Cursor;

/// A port of a container, by number or by name.
public sealed interface PortReference {
    record Numbered(int port) implements PortReference {}

    record Named(String name) implements PortReference {}

    /// @param absent the number where nothing is written
    static PortReference from(Cursor owner, String field, int absent) {
        var there = owner.at(field);
        if (!there.exists()) {
            return new Numbered(absent);
        }
        return there.node().isString() ? new Named(there.asString()) : new Numbered(there.asInt());
    }
}
