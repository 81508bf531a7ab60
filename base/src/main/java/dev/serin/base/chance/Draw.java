package dev.serin.base.chance;

/// One named random decision. Implementations handed to several threads are safe for them.
public interface Draw {
    /// Uniform in `0 ≤ n < bound`; `bound` is positive.
    int below(int bound);

    /// Uniform in `0 ≤ x < 1`.
    default double unit() {
        return below(1 << 30) / (double) (1 << 30);
    }
}
