package dev.serin.controlplane.status;

import dev.serin.config.ResourceKey;

import java.util.List;

/// Writes conditions into the status of a resource; handed in, since only the composition knows how
/// resources are stored. Called on the control plane's thread, only when something changed: must
/// not block, may fail silently (it is asked again with the next change).
public interface StatusWriter {
    /// Forgets everything.
    StatusWriter NOWHERE = (_, _, _) -> {};

    /// @param generation that the conditions are about
    void write(ResourceKey key, long generation, List<Condition> conditions);

    /// One condition, as Kubernetes has it.
    ///
    /// @param type `Reconciled`, `ResolvedRefs`, `Programmed`, or `FieldsInEffect` where some are
    ///   not
    /// @param status `True`, `False` or `Unknown`
    record Condition(String type, String status, String reason, String message) {}
}
