package dev.serin.proxy.stream;

/// A typed place in [Slots], compared by identity: the filter that fills it keeps it as a constant,
/// for instance the peer's metadata.
public final class Slot<T> {
    private final Class<T> type;
    private final String name;

    public Slot(Class<T> type, String name) {
        this.type = type;
        this.name = name;
    }

    Class<T> type() {
        return type;
    }

    @Override
    public String toString() {
        return name;
    }
}
