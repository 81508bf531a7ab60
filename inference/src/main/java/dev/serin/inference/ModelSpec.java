package dev.serin.inference;

import org.jspecify.annotations.Nullable;

/// Which model a request is for. At most one of version and label is given; neither means the
/// newest that is available.
public record ModelSpec(String name, @Nullable Long version, @Nullable String label) {
    public static ModelSpec latest(String name) {
        return new ModelSpec(name, null, null);
    }

    /// As TensorFlow Serving names it in "not found": `Latest(m)` or `Specific(m, 5)`.
    public String text() {
        return version == null ? "Latest(" + name + ")" : "Specific(" + name + ", " + version + ")";
    }
}
