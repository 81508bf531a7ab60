package dev.serin.local.api.kind;

import dev.serin.config.ResourceKind;

import java.util.List;
import java.util.Set;

/// A kind as discovery tells it.
///
/// @param hasStatus the status is written by its own subresource only
/// @param hasScale the number of replicas can be written by a subresource
/// @param virtual answered at once, never stored: reviews
public record ServedKind(
        ResourceKind kind,
        String singular,
        List<String> shortNames,
        List<String> categories,
        boolean hasStatus,
        boolean hasScale,
        boolean virtual) {

    private static final List<String> VERBS =
            List.of(
                    "create",
                    "delete",
                    "deletecollection",
                    "get",
                    "list",
                    "patch",
                    "update",
                    "watch");

    /// Kinds whose spec starts at generation 1 and counts its changes.
    private static final Set<String> NO_GENERATION =
            Set.of(
                    "configmaps",
                    "secrets",
                    "serviceaccounts",
                    "namespaces",
                    "nodes",
                    "services",
                    "endpoints",
                    "events",
                    "leases.coordination.k8s.io");

    public List<String> verbs() {
        return virtual ? List.of("create") : VERBS;
    }

    public boolean countsGenerations() {
        return !NO_GENERATION.contains(kind.family());
    }
}
