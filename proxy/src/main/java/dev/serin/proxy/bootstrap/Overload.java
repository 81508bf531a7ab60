package dev.serin.proxy.bootstrap;

import dev.serin.proxy.worker.Pressure;

import org.jspecify.annotations.Nullable;

import java.util.Map;

/// What a proxy gives up when it has too much to do. Immutable.
///
/// @param limits of the memory; null for the usual ones
/// @param octets of memory that they are shares of; 0 for what the process may have
/// @param connections from clients at once, in all
/// @param ofListeners from clients at once, by the listener's name
public record Overload(
        Pressure.@Nullable Limits limits,
        long octets,
        int connections,
        Map<String, Integer> ofListeners) {
    /// As usual, and as many connections as there come.
    public static final Overload USUAL = new Overload(null, 0, Integer.MAX_VALUE, Map.of());
}
