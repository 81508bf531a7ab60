package dev.serin.proxy.stream;

/// A typed place in [Slots], compared by identity: the filter that fills it keeps it as a constant,
/// for instance the peer's metadata.
public final class Slot<T> {
    private final String name;

    public Slot(String name) {
        this.name = name;
    }

    @Override
    public String toString() {
        return name;
    }
}
