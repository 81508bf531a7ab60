package dev.serin.proxy.telemetry.metrics;

import org.jspecify.annotations.Nullable;

/// One series as it stands now.
///
/// @param name the whole name, as Envoy's `/stats` shows it
/// @param value of a counter or gauge; how many observations of a histogram
/// @param histogram set exactly for [Kind#HISTOGRAM]
public record Stat(String name, Kind kind, long value, @Nullable Histogram histogram) {
    /// What becomes of its values.
    public enum Kind {
        COUNTER,
        GAUGE,
        HISTOGRAM
    }

    /// Whether anything was counted.
    public boolean used() {
        return value != 0;
    }
}
