package dev.serin.base.chance;

import java.util.concurrent.ThreadLocalRandom;

/// Where random decisions come from. Each decision has a name (`weighted-cluster`,
/// `retry-backoff`), so that a test can script one of them and leave the others alone.
public interface Draws {
    Draw named(String decision);

    /// The machine's own chance, safe for any thread.
    static Draws system() {
        return _ -> bound -> ThreadLocalRandom.current().nextInt(bound);
    }
}
