package dev.serin.local.api.kind;

import dev.serin.config.ResourceKind;
import dev.serin.config.schema.KindSchema;

import java.util.List;
import java.util.Set;

/// A kind in one version, as it is served.
public record ServedKind(KindSchema schema) {
    /// Stored without a generation, since nobody acts on a spec of theirs by number.
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
                    "leases.coordination.k8s.io",
                    "persistentvolumeclaims",
                    "persistentvolumes",
                    "resourcequotas",
                    "limitranges",
                    "controllerrevisions.apps",
                    "storageclasses.storage.k8s.io",
                    "roles.rbac.authorization.k8s.io",
                    "rolebindings.rbac.authorization.k8s.io",
                    "clusterroles.rbac.authorization.k8s.io",
                    "clusterrolebindings.rbac.authorization.k8s.io");

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

    /// What can be done with each subresource; those that are not here are not served.
    private static final java.util.Map<String, List<String>> SUBRESOURCES =
            java.util.Map.of(
                    "status", List.of("get", "patch", "update"),
                    "scale", List.of("get", "patch", "update"),
                    "finalize", List.of("update"),
                    "log", List.of("get"),
                    "exec", List.of("create", "get"),
                    "attach", List.of("create", "get"),
                    "portforward", List.of("create", "get"),
                    "eviction", List.of("create"),
                    "token", List.of("create"));

    public ResourceKind kind() {
        return schema.kind();
    }

    public List<String> verbs() {
        return schema.request() ? List.of("create") : VERBS;
    }

    /// Those that are served, in the order that discovery tells them.
    public List<String> subresources() {
        return schema.subresources().stream().filter(SUBRESOURCES::containsKey).sorted().toList();
    }

    public static List<String> verbsOf(String subresource) {
        return SUBRESOURCES.getOrDefault(subresource, List.of());
    }

    public boolean hasStatus() {
        return schema.hasStatus() || !schema.replacement().isEmpty();
    }

    public boolean countsGenerations() {
        return !NO_GENERATION.contains(kind().family());
    }

    /// None for a kind that has moved: they belong to its new place.
    public List<String> shortNames() {
        return schema.replacement().isEmpty() ? schema.shortNames() : List.of();
    }

    /// `Deployment.apps`, as errors call a kind.
    public String title() {
        return kind().group().isEmpty() ? kind().kind() : kind().kind() + "." + kind().group();
    }
}
