package dev.serin.proxy.stream;

import org.jspecify.annotations.Nullable;

import java.util.HashMap;
import java.util.Map;

/// Objects that filters leave under Envoy's names, for instance
/// `envoy.network.upstream_server_name`, as texts. What is only ours is a [Slot] of its own. The
/// stream's event loop owns it.
public final class FilterState {
    private static final Slot<FilterState> SLOT = new Slot<>(FilterState.class, "filter-state");

    private final Map<String, String> texts = new HashMap<>(2);

    private FilterState() {}

    /// The text of `name`; null if there is none.
    public static @Nullable String get(Slots slots, String name) {
        var state = slots.get(SLOT);
        return state == null ? null : state.texts.get(name);
    }

    public static void put(Slots slots, String name, String text) {
        var state = slots.get(SLOT);
        if (state == null) {
            state = new FilterState();
            slots.put(SLOT, state);
        }
        state.texts.put(name, text);
    }
}
