package dev.serin.local.store;

/// A revision that the store's bounded history no longer reaches; the reader lists anew.
public final class TooOldException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final long asked;
    private final long oldest;

    TooOldException(long asked, long oldest) {
        super("too old resource version: " + asked + " (" + oldest + ")");
        this.asked = asked;
        this.oldest = oldest;
    }

    public long asked() {
        return asked;
    }

    /// The oldest revision that can still be watched from.
    public long oldest() {
        return oldest;
    }
}
