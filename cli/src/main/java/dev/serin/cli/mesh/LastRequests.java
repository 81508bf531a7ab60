package dev.serin.cli.mesh;

import dev.serin.base.time.Timers;
import dev.serin.local.controllers.scale.MeshMetrics;
import dev.serin.local.node.Farewell;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/// Waits until no proxy sends new requests to a pod, and then for those that are in it: its sidecar
/// counts them. Safe for any thread.
final class LastRequests implements Farewell {
    private static final Duration PAUSE = Duration.ofMillis(50);

    /// More than a pod's end waits for.
    private static final int MOST_LOOKS = 60;

    private final Farewell callers;
    private final MeshMetrics.Pages pages;
    private final Timers timers;
    private final Executor blocking;

    /// @param callers completes when they have heard
    /// @param blocking runs what waits for a sidecar
    LastRequests(Farewell callers, MeshMetrics.Pages pages, Timers timers, Executor blocking) {
        this.callers = callers;
        this.pages = pages;
        this.timers = timers;
        this.blocking = blocking;
    }

    @Override
    public CompletableFuture<Void> to(String address) {
        var over = new CompletableFuture<Void>();
        callers.to(address).whenCompleteAsync((_, _) -> look(address, over, 0, false), blocking);
        return over;
    }

    // Twice: a request may have left its proxy just before that heard, and be on its way here.
    private void look(String address, CompletableFuture<Void> over, int looks, boolean quiet) {
        var quietNow = isQuiet(address);
        if (quiet && quietNow || looks >= MOST_LOOKS) {
            over.complete(null);
        } else {
            Runnable again = () -> look(address, over, looks + 1, quietNow);
            timers.after(PAUSE, () -> blocking.execute(again));
        }
    }

    private boolean isQuiet(String address) {
        try {
            return pages.read(address).lines().noneMatch(LastRequests::saysThatOneIsIn);
        } catch (IOException e) {
            return true; // no sidecar, or none any more: nobody knows
        }
    }

    /// Whether a line of a sidecar's metrics counts requests of others that are not answered yet.
    static boolean saysThatOneIsIn(String line) {
        return (line.startsWith("envoy_cluster_upstream_rq_active{")
                        || line.startsWith("envoy_cluster_upstream_rq_pending_active{"))
                && line.contains("\"inbound|")
                && !line.endsWith(" 0");
    }
}
