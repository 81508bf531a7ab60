package dev.serin.local.api.kind;

import dev.serin.config.schema.KindSchema;
import dev.serin.config.schema.Schemas;

import org.jspecify.annotations.Nullable;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Every kind that is served, in order of preference: groups as discovery lists them, in each the
/// preferred version first. Resources are stored in the preferred version, and one that has moved
/// to another group in its new place. Immutable.
public final class Catalogue {
    private final Map<String, ServedKind> byPath = new LinkedHashMap<>();
    private final Map<String, ServedKind> byKind = new HashMap<>();
    private final Map<String, ServedKind> stored = new HashMap<>();

    private final Schemas schemas;

    public Catalogue(Schemas schemas) {
        this(schemas, List.of());
    }

    /// @param defined kinds of users' definitions, in order of preference; one that is built in
    ///   stays as it is
    public Catalogue(Schemas schemas, List<ServedKind> defined) {
        this.schemas = schemas;
        schemas.all().forEach(schema -> add(new ServedKind(schema)));
        var own = Set.copyOf(stored.keySet());
        defined.stream().filter(k -> !own.contains(k.kind().family())).forEach(this::add);
        for (var served : List.copyOf(byPath.values())) {
            var replacement = served.schema().replacement();
            if (!replacement.isEmpty()) {
                var now = byKind.get(replacement + " " + served.kind().kind());
                if (now != null) {
                    stored.put(served.kind().family(), now);
                }
            }
        }
    }

    private void add(ServedKind served) {
        var schema = served.schema();
        var kind = schema.kind();
        byKind.put(kind.apiVersion() + " " + kind.kind(), served);
        if (!isPart(schema)) {
            byPath.put(kind.apiVersion() + "/" + kind.plural(), served);
            stored.putIfAbsent(kind.family(), served);
        }
    }

    /// Kinds that only travel through a subresource of another.
    private static boolean isPart(KindSchema schema) {
        return schema.request()
                && List.of("Scale", "TokenRequest", "Eviction").contains(schema.kind().kind());
    }

    public Schemas schemas() {
        return schemas;
    }

    /// What has a path of its own.
    public List<ServedKind> all() {
        return List.copyOf(byPath.values());
    }

    /// @param apiVersion `apps/v1`, or `v1`
    public @Nullable ServedKind at(String apiVersion, String plural) {
        return byPath.get(apiVersion + "/" + plural);
    }

    /// Of those that only travel through subresources too.
    public @Nullable ServedKind kind(String apiVersion, String kind) {
        return byKind.get(apiVersion + " " + kind);
    }

    /// The kind that resources of this family are stored as, whatever version they were written in.
    public @Nullable ServedKind stored(String family) {
        return stored.get(family);
    }
}
