package dev.serin.proxy.stream;

import org.jspecify.annotations.Nullable;

import java.util.HashMap;
import java.util.Map;

/// What filters leave for one another, and for observers, on one stream or connection. The stream's
/// event loop owns it.
public final class Slots {
    private @Nullable Map<Slot<?>, Object> values;

    public <T> void put(Slot<T> slot, T value) {
        if (values == null) {
            values = new HashMap<>(4);
        }
        values.put(slot, value);
    }

    public void remove(Slot<?> slot) {
        if (values != null) {
            values.remove(slot);
        }
    }

    public <T> @Nullable T get(Slot<T> slot) {
        return values == null ? null : slot.type().cast(values.get(slot));
    }
}
