package dev.serin.proxy.http.codec.h2;

import dev.serin.base.time.Timers;

import org.jspecify.annotations.Nullable;

/// Asks a peer that is silent whether it is still there, as Envoy's KeepaliveSettings say. The
/// connection's event loop only.
final class Keepalive {
    private static final long CONTENT = 0x736572696e0a0001L;

    private final Http2Connection connection;
    private final Http2Limits.@Nullable Keepalive settings;
    private Timers.@Nullable Timer next;
    private Timers.@Nullable Timer limit;
    private long lastHeard;

    Keepalive(Http2Connection connection, Http2Limits.@Nullable Keepalive settings) {
        this.connection = connection;
        this.settings = settings;
    }

    void start() {
        if (settings != null && settings.millis() > 0) {
            schedule(settings);
        }
    }

    private void schedule(Http2Limits.Keepalive by) {
        // Spread by the connection itself, so that connections made at once do not ask at once.
        var spread = by.millis() * by.jitterPercent() / 100;
        var extra = spread == 0 ? 0 : Math.floorMod(System.identityHashCode(this), spread + 1);
        next =
                connection.worker.after(
                        by.millis() + extra,
                        () -> {
                            ask(by);
                            schedule(by);
                        });
    }

    private void ask(Http2Limits.Keepalive by) {
        if (connection.closing || limit != null) {
            return;
        }
        connection.out().ping(CONTENT, false);
        connection.out().flush();
        limit =
                connection.worker.after(
                        Math.max(1, by.timeoutMillis()),
                        () -> connection.lost("http2_ping_timeout"));
    }

    /// The connection is used again: asks, if it was quiet for too long.
    void used() {
        if (settings != null
                && settings.idleMillis() > 0
                && lastHeard != 0
                && connection.worker.ticker().nanos() - lastHeard
                        > settings.idleMillis() * 1_000_000) {
            ask(settings);
        }
    }

    void heard() {
        if (settings != null) {
            lastHeard = connection.worker.ticker().nanos();
        }
    }

    void answered(long content) {
        if (content == CONTENT && limit != null) {
            limit.cancel();
            limit = null;
        }
    }

    void stop() {
        if (next != null) {
            next.cancel();
        }
        if (limit != null) {
            limit.cancel();
        }
    }
}
