package dev.serin.proxy.route;

import dev.serin.proxy.http.Headers;
import dev.serin.proxy.http.filter.StreamContext;

import java.util.List;

/// Headers that a route adds to and removes from a head. Immutable.
public record HeaderChanges(List<Change> changes, List<String> removed) {
    public static final HeaderChanges NONE = new HeaderChanges(List.of(), List.of());

    /// What happens to a header that is there already.
    public enum Mode {
        APPEND,
        IF_ABSENT,
        OVERWRITE,
        OVERWRITE_IF_PRESENT
    }

    /// One header. @param keepEmpty whether it is set though its value came out empty
    public record Change(String name, Format value, Mode mode, boolean keepEmpty) {}

    /// Applies them to `headers`.
    public void apply(Headers headers, StreamContext stream) {
        for (var name : removed) {
            headers.remove(name);
        }
        for (var change : changes) {
            apply(change, headers, stream);
        }
    }

    private static void apply(Change change, Headers headers, StreamContext stream) {
        var value = change.value().text(stream);
        if (value.isEmpty() && !change.keepEmpty()) {
            return;
        }
        if (change.name().equals("host") || change.name().equals(":authority")) {
            stream.request().authority(value);
            return;
        }
        switch (change.mode()) {
            case APPEND -> headers.add(change.name(), value);
            case IF_ABSENT -> {
                if (!headers.has(change.name())) {
                    headers.add(change.name(), value);
                }
            }
            case OVERWRITE -> headers.set(change.name(), value);
            case OVERWRITE_IF_PRESENT -> {
                if (headers.has(change.name())) {
                    headers.set(change.name(), value);
                }
            }
        }
    }
}
