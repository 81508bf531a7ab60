package dev.serin.local.api;

/// Decides who may do what; asked for every request. Any thread; must not block.
@FunctionalInterface
public interface Authorizer {
    boolean allows(Caller caller, Attributes attributes);

    /// Admins may do everything, everybody else nothing.
    Authorizer ADMINS_ONLY = (_, _) -> false;

    /// What a request wants to do.
    ///
    /// @param verb get, list, watch, create, update, patch, delete, deletecollection
    /// @param namespace empty for cluster-scoped kinds and for all namespaces
    /// @param path of a request that is not about a resource; empty otherwise
    record Attributes(
            String verb,
            String group,
            String version,
            String resource,
            String subresource,
            String namespace,
            String name,
            String path) {
        public static Attributes path(String verb, String path) {
            return new Attributes(verb, "", "", "", "", "", "", path);
        }
    }
}
