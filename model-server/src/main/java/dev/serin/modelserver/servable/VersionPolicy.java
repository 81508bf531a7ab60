package dev.serin.modelserver.servable;

import dev.serin.inference.ModelVersionStatus.State;

import org.jspecify.annotations.Nullable;

import java.util.SortedMap;

/// Decides what to do next about the versions of one model. Pure: the same situation gives the same
/// action.
public interface VersionPolicy {
    /// Keeps the model available: a new version is loaded before an old one is unloaded, the last
    /// one that is available stays until one that is wanted is too, unless none is wanted. Loads
    /// the highest first and unloads the lowest first. As TensorFlow Serving's policy of this name.
    VersionPolicy AVAILABILITY_PRESERVING = VersionPolicy::preservingAvailability;

    /// Where one version stands.
    ///
    /// @param state START for one that may be loaded
    record Standing(State state, boolean aspired) {}

    /// One thing to do.
    sealed interface Action {
        record Load(long version) implements Action {}

        record Unload(long version) implements Action {}
    }

    /// The next action, null when there is nothing to do or what is under way must end first.
    @Nullable Action next(SortedMap<Long, Standing> versions);

    private static @Nullable Action preservingAvailability(SortedMap<Long, Standing> versions) {
        var wanted = versions.values().stream().anyMatch(Standing::aspired);
        var served =
                versions.values().stream()
                        .anyMatch(v -> v.aspired() && v.state() == State.AVAILABLE);
        if (!wanted || served) {
            for (var version : versions.entrySet()) {
                if (!version.getValue().aspired()
                        && version.getValue().state() == State.AVAILABLE) {
                    return new Action.Unload(version.getKey());
                }
            }
        }
        Long load = null;
        for (var version : versions.entrySet()) {
            if (version.getValue().aspired() && version.getValue().state() == State.START) {
                load = version.getKey();
            }
        }
        return load == null ? null : new Action.Load(load);
    }
}
