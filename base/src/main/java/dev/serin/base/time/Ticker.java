package dev.serin.base.time;

import java.time.Instant;

/// Reads time. The only place of the product that asks the system's clocks is [#system()];
/// everything else is handed a ticker by its constructor, so that a test can hold time still.
public interface Ticker {
    /// A monotonic reading in nanoseconds; only differences mean something.
    long nanos();

    /// The wall clock, for what people read and for certificates; it may jump.
    Instant now();

    /// The machine's own clocks.
    static Ticker system() {
        return SystemTicker.INSTANCE;
    }
}
