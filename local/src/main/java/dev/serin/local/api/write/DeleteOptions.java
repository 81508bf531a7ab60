package dev.serin.local.api.write;

import org.jspecify.annotations.Nullable;

/// How to delete.
///
/// @param graceSeconds null for the kind's own
/// @param uid refuse unless the resource has it; empty for any
/// @param resourceVersion refuse unless the resource has it; empty for any
public record DeleteOptions(
        @Nullable Integer graceSeconds,
        Propagation propagation,
        String uid,
        String resourceVersion) {

    /// What becomes of the resources that it owns.
    public enum Propagation {
        BACKGROUND,
        FOREGROUND,
        ORPHAN
    }

    public static DeleteOptions plain(@Nullable Integer graceSeconds) {
        return new DeleteOptions(graceSeconds, Propagation.BACKGROUND, "", "");
    }
}
