package dev.serin.proxy.telemetry.log;

import dev.serin.base.time.Ticker;
import dev.serin.proxy.ads.DiscoveryFeed;

import org.jspecify.annotations.Nullable;

import java.util.Locale;

/// What one proxy tells people: `time level text`, to its own output, from its level on. Any
/// thread; never blocks.
public final class ProxyLog implements DiscoveryFeed.Log {
    private final LogLines lines;
    private final Ticker ticker;
    private volatile Level level = Level.INFO;

    public ProxyLog(LogLines lines, Ticker ticker) {
        this.lines = lines;
        this.ticker = ticker;
    }

    public void debug(String text) {
        write(Level.DEBUG, text);
    }

    @Override
    public void info(String text) {
        write(Level.INFO, text);
    }

    @Override
    public void warning(String text) {
        write(Level.WARNING, text);
    }

    public void error(String text) {
        write(Level.ERROR, text);
    }

    public Level level() {
        return level;
    }

    public void level(Level next) {
        level = next;
    }

    private void write(Level of, String text) {
        if (of.compareTo(level) >= 0) {
            lines.write(ticker.now() + "\t" + of.shown() + "\t" + text.strip() + "\n");
        }
    }

    /// How grave something is.
    public enum Level {
        DEBUG,
        INFO,
        WARNING,
        ERROR;

        /// The level of one of Envoy's words, in any case; null if it is none.
        public static @Nullable Level of(String word) {
            return switch (word.toLowerCase(Locale.ROOT)) {
                case "trace", "debug" -> DEBUG;
                case "info" -> INFO;
                case "warning", "warn" -> WARNING;
                case "error", "critical", "off" -> ERROR; // what goes wrong is always said
                default -> null;
            };
        }

        /// As logs show it.
        public String shown() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
