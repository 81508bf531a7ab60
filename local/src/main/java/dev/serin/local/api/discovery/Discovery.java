package dev.serin.local.api.discovery;

import dev.serin.local.api.kind.Catalogue;
import dev.serin.local.api.kind.ServedKind;

import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Lists of groups, versions and kinds, in the old form (a document each) and the aggregated one.
/// Immutable.
public final class Discovery {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    private static final String VERBS = "verbs";

    /// Group to versions to kinds: groups and versions in order of preference, the core group
    /// first; kinds by name.
    private final Map<String, Map<String, List<ServedKind>>> groups = new LinkedHashMap<>();

    public Discovery(Catalogue catalogue) {
        groups.put("", new LinkedHashMap<>());
        for (var served : catalogue.all()) {
            groups.computeIfAbsent(served.kind().group(), _ -> new LinkedHashMap<>())
                    .computeIfAbsent(served.kind().version(), _ -> new ArrayList<>())
                    .add(served);
        }
        // Which is the order that `kubectl get all` goes by.
        groups.values()
                .forEach(versions ->
                        versions.values()
                                .forEach(kinds ->
                                        kinds.sort(Comparator.comparing(k -> k.kind().plural()))));
    }

    /// `/api`, the old form.
    public ObjectNode core() {
        var node = NODES.objectNode().put("kind", "APIVersions");
        node.putArray("versions").add("v1");
        var address = node.putArray("serverAddressByClientCIDRs").addObject();
        address.put("clientCIDR", "0.0.0.0/0").put("serverAddress", "");
        return node;
    }

    /// `/apis`, the old form.
    public ObjectNode groups() {
        var node = NODES.objectNode().put("kind", "APIGroupList").put("apiVersion", "v1");
        var all = node.putArray("groups");
        groups.keySet().stream().filter(g -> !g.isEmpty()).forEach(g -> all.add(named(g)));
        return node;
    }

    /// `/apis/GROUP`; null if there is no such group.
    public @org.jspecify.annotations.Nullable ObjectNode group(String group) {
        if (group.isEmpty() || !groups.containsKey(group)) {
            return null;
        }
        var node = NODES.objectNode().put("kind", "APIGroup").put("apiVersion", "v1");
        node.setAll(named(group));
        return node;
    }

    private ObjectNode named(String group) {
        var node = NODES.objectNode().put("name", group);
        var versions = node.putArray("versions");
        for (var version : groups.getOrDefault(group, Map.of()).keySet()) {
            versions.addObject().put("groupVersion", group + "/" + version).put("version", version);
        }
        node.set("preferredVersion", versions.get(0).deepCopy());
        return node;
    }

    /// `/api/v1` or `/apis/GROUP/VERSION`, the old form; null if there is no such version.
    public @org.jspecify.annotations.Nullable ObjectNode resources(String group, String version) {
        var kinds = groups.getOrDefault(group, Map.of()).get(version);
        if (kinds == null) {
            return null;
        }
        var node = NODES.objectNode().put("kind", "APIResourceList").put("apiVersion", "v1");
        node.put("groupVersion", group.isEmpty() ? version : group + "/" + version);
        var all = node.putArray("resources");
        for (var served : kinds) {
            var kind = served.kind();
            var one = all.addObject().put("name", kind.plural());
            one.put("singularName", served.schema().singular());
            one.put("namespaced", kind.namespaced()).put("kind", kind.kind());
            served.verbs().forEach(one.putArray(VERBS)::add);
            names(one, served);
            for (var subresource : served.subresources()) {
                var part = all.addObject().put("name", kind.plural() + "/" + subresource);
                part.put("singularName", "").put("namespaced", kind.namespaced());
                var response = Response.of(subresource, kind.kind());
                if (!response.group.isEmpty()) {
                    part.put("group", response.group).put("version", response.version);
                }
                part.put("kind", response.kind);
                ServedKind.verbsOf(subresource).forEach(part.putArray(VERBS)::add);
            }
        }
        return node;
    }

    /// `/api` or `/apis` in the aggregated form.
    ///
    /// @param core whether it is `/api`
    public ObjectNode aggregated(boolean core) {
        var node =
                NODES.objectNode()
                        .put("kind", "APIGroupDiscoveryList")
                        .put("apiVersion", "apidiscovery.k8s.io/v2");
        node.putObject("metadata");
        var items = node.putArray("items");
        groups.forEach((group, versions) -> {
            if (group.isEmpty() != core) {
                return;
            }
            var item = items.addObject();
            var metadata = item.putObject("metadata");
            if (!group.isEmpty()) {
                metadata.put("name", group);
            }
            var all = item.putArray("versions");
            versions.forEach((version, kinds) -> {
                var one = all.addObject().put("version", version);
                var resources = one.putArray("resources");
                kinds.forEach(served -> resources.add(resource(served)));
                one.put("freshness", "Current");
            });
        });
        return node;
    }

    private static ObjectNode resource(ServedKind served) {
        var kind = served.kind();
        var one = NODES.objectNode().put("resource", kind.plural());
        one.putObject("responseKind").put("group", "").put("version", "").put("kind", kind.kind());
        one.put("scope", kind.namespaced() ? "Namespaced" : "Cluster");
        one.put("singularResource", served.schema().singular());
        served.verbs().forEach(one.putArray(VERBS)::add);
        names(one, served);
        if (!served.subresources().isEmpty()) {
            var parts = one.putArray("subresources");
            for (var subresource : served.subresources()) {
                var response = Response.of(subresource, kind.kind());
                var part = parts.addObject().put("subresource", subresource);
                part.putObject("responseKind")
                        .put("group", response.group)
                        .put("version", response.version)
                        .put("kind", response.kind);
                ServedKind.verbsOf(subresource).forEach(part.putArray(VERBS)::add);
            }
        }
        return one;
    }

    private static void names(ObjectNode node, ServedKind served) {
        if (!served.shortNames().isEmpty()) {
            served.shortNames().forEach(node.putArray("shortNames")::add);
        }
        if (!served.schema().categories().isEmpty()) {
            served.schema().categories().forEach(node.putArray("categories")::add);
        }
    }

    /// The kind that a subresource is of.
    private record Response(String group, String version, String kind) {
        static Response of(String subresource, String owner) {
            return switch (subresource) {
                case "scale" -> new Response("autoscaling", "v1", "Scale");
                case "eviction" -> new Response("policy", "v1", "Eviction");
                case "token" -> new Response("authentication.k8s.io", "v1", "TokenRequest");
                default -> new Response("", "", owner);
            };
        }
    }
}
