package dev.serin.local.api;

import tools.jackson.databind.JsonNode;

import java.util.List;

/// Decides who may do what; asked for every request. Any thread; must not block.
@FunctionalInterface
public interface Authorizer {
    boolean allows(Caller caller, Attributes attributes);

    /// Why it decides so, for a person; empty where the decision says it.
    default String reason(Caller caller, Attributes attributes) {
        return "";
    }

    /// The rules that hold for a caller in a namespace, as roles write them.
    default List<JsonNode> rules(Caller caller, String namespace) {
        return List.of();
    }

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
