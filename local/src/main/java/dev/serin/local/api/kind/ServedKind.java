package dev.serin.local.api.kind;

import dev.serin.config.ResourceKind;
import dev.serin.config.schema.KindSchema;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/// A kind in one version, as it is served.
///
/// @param custom what its definition says, null for a kind that is built in
public record ServedKind(KindSchema schema, @Nullable CustomVersion custom) {
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

    /// The group of what is measured.
    public static final String MEASURED = "metrics.k8s.io";

    /// The group of the list of what is served.
    public static final String REGISTERED = "apiregistration.k8s.io";

    private static final Set<String> COMPUTED = Set.of(MEASURED, REGISTERED);

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

    private static final List<String> DEFINED =
            List.of(
                    "delete",
                    "deletecollection",
                    "get",
                    "list",
                    "patch",
                    "create",
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

    /// A kind that is built in.
    public ServedKind(KindSchema schema) {
        this(schema, null);
    }

    public ResourceKind kind() {
        return schema.kind();
    }

    /// Whether it is made when somebody asks, and nobody writes it.
    public boolean isComputed() {
        return COMPUTED.contains(kind().group());
    }

    /// In the order that discovery tells them, which is another for users' kinds.
    public List<String> verbs() {
        if (custom != null) {
            return DEFINED;
        }
        if (isComputed()) {
            return kind().group().equals(REGISTERED)
                    ? List.of("get", "list", "watch")
                    : List.of("get", "list");
        }
        return schema.request() ? List.of("create") : VERBS;
    }

    /// Those that are served, in the order that discovery tells them.
    public List<String> subresources() {
        if (isComputed()) {
            return List.of();
        }
        if (custom != null) {
            return Stream.of("status", "scale").filter(schema.subresources()::contains).toList();
        }
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
