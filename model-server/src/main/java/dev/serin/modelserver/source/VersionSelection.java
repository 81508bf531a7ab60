package dev.serin.modelserver.source;

import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/// Which of the versions that are there shall be served: TensorFlow Serving's version policy.
public sealed interface VersionSelection {
    /// The newest `count`.
    record Latest(int count) implements VersionSelection {}

    /// Every one.
    record All() implements VersionSelection {}

    /// These, if they are there.
    record Specific(Set<Long> versions) implements VersionSelection {}

    default <T> SortedMap<Long, T> of(SortedMap<Long, T> there) {
        var chosen = new TreeMap<Long, T>(there);
        switch (this) {
            case Latest(int count) -> {
                while (chosen.size() > count) {
                    chosen.pollFirstEntry();
                }
            }
            case All() -> {}
            case Specific(Set<Long> versions) -> chosen.keySet().retainAll(versions);
        }
        return chosen;
    }
}
