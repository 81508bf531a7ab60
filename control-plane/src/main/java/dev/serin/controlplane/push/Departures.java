package dev.serin.controlplane.push;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;

/// Addresses that are about to leave the mesh, and whether every proxy has heard so: an address is
/// gone once no service has it among its ready endpoints and all proxies that were up to date
/// before have answered for that. Owned by the control plane's thread.
///
/// A proxy that was never up to date yet is not waited for: it is about to get the newest state.
public final class Departures {
    private final List<Leaving> leaving = new ArrayList<>();
    private final Map<String, Long> synced = new HashMap<>();

    /// Asks for an address; `gone` completes when nobody sends there any more.
    public void add(
            String address, CompletableFuture<Void> gone, long revision, Predicate<String> ready) {
        leaving.add(new Leaving(address, gone));
        published(revision, ready);
    }

    /// There is a new snapshot.
    ///
    /// @param ready whether an address is a ready endpoint in it
    public void published(long revision, Predicate<String> ready) {
        for (var one : leaving) {
            if (one.since == null && !ready.test(one.address)) {
                one.since = revision;
            }
        }
        settle();
    }

    /// This proxy has answered for everything up to `revision`.
    public void synced(String stream, long revision) {
        synced.put(stream, revision);
        settle();
    }

    public void disconnected(String stream) {
        synced.remove(stream);
        settle();
    }

    /// Nobody is told anything any more.
    public void close() {
        leaving.forEach(one -> one.gone.complete(null));
        leaving.clear();
    }

    private void settle() {
        if (leaving.isEmpty()) {
            return;
        }
        var heard = synced.values().stream().mapToLong(Long::longValue).min();
        leaving.stream()
                .filter(one -> one.since != null && heard.orElse(one.since) >= one.since)
                .forEach(one -> one.gone.complete(null));
        leaving.removeIf(one -> one.gone.isDone());
    }

    private static final class Leaving {
        private final String address;
        private final CompletableFuture<Void> gone;

        /// The first revision without it, null while it is still there.
        private @Nullable Long since;

        Leaving(String address, CompletableFuture<Void> gone) {
            this.address = address;
            this.gone = gone;
        }
    }
}
