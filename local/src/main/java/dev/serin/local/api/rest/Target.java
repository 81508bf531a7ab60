package dev.serin.local.api.rest;

import org.jspecify.annotations.Nullable;

import java.util.List;

/// What a path of the API names.
///
/// @param apiVersion `v1`, `apps/v1`
/// @param namespace empty for none: a cluster-scoped resource, or all namespaces
/// @param name empty for the collection
/// @param subresource empty for the resource itself
record Target(String apiVersion, String namespace, String plural, String name, String subresource) {

    /// Null when the path is not of this form.
    static @Nullable Target parse(String path) {
        var parts = List.of(path.replaceAll("^/+|/+$", "").split("/"));
        int at;
        String version;
        if (parts.size() >= 3 && parts.getFirst().equals("api")) {
            version = parts.get(1);
            at = 2;
        } else if (parts.size() >= 4 && parts.getFirst().equals("apis")) {
            version = parts.get(1) + "/" + parts.get(2);
            at = 3;
        } else {
            return null;
        }
        var rest = parts.subList(at, parts.size());
        var namespace = "";
        if (rest.size() >= 3 && rest.getFirst().equals("namespaces") && !isPart(rest)) {
            namespace = rest.get(1);
            rest = rest.subList(2, rest.size());
        }
        if (rest.size() > 3) {
            return null;
        }
        return new Target(
                version,
                namespace,
                rest.getFirst(),
                rest.size() > 1 ? rest.get(1) : "",
                rest.size() > 2 ? rest.get(2) : "");
    }

    /// Whether it is a subresource of a namespace, not something in one.
    private static boolean isPart(List<String> rest) {
        return rest.size() == 3 && List.of("status", "finalize").contains(rest.get(2));
    }

    String group() {
        var slash = apiVersion.indexOf('/');
        return slash < 0 ? "" : apiVersion.substring(0, slash);
    }
}
