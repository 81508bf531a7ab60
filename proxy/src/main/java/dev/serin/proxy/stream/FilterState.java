package dev.serin.proxy.stream;

import dev.serin.proxy.http.Headers;

import org.jspecify.annotations.Nullable;

import java.util.HashMap;
import java.util.Map;

/// Objects that filters leave under Envoy's names, for instance
/// `envoy.network.upstream_server_name`, as texts or as header fields. What is only ours is a
/// [Slot] of its own. The stream's event loop owns it.
public final class FilterState {
    private static final Slot<FilterState> SLOT = new Slot<>(FilterState.class, "filter-state");

    private final Map<String, String> texts = new HashMap<>(2);
    private final Map<String, Headers> fields = new HashMap<>(2);

    private FilterState() {}

    /// The text of `name`; null if there is none.
    public static @Nullable String get(Slots slots, String name) {
        var state = slots.get(SLOT);
        return state == null ? null : state.texts.get(name);
    }

    /// The header fields that stand under `name`, which has no text then; null if there are none.
    public static @Nullable Headers fields(Slots slots, String name) {
        var state = slots.get(SLOT);
        return state == null ? null : state.fields.get(name);
    }

    public static void put(Slots slots, String name, String text) {
        of(slots).texts.put(name, text);
    }

    public static void put(Slots slots, String name, Headers fields) {
        of(slots).fields.put(name, fields);
    }

    private static FilterState of(Slots slots) {
        var state = slots.get(SLOT);
        if (state == null) {
            state = new FilterState();
            slots.put(SLOT, state);
        }
        return state;
    }
}
