package dev.serin.config.schema;

import dev.serin.config.ResourceKind;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/// Every kind that is known. Immutable and cheap: loading reads the list of kinds, a kind's fields
/// are read when they are first looked at. Load once and hand it on.
public final class Schemas {
    private final Map<String, KindSchema> byKind = new LinkedHashMap<>();
    private final Map<String, KindSchema> byPlural = new LinkedHashMap<>();

    private Schemas(SchemaFiles files) {
        for (var line : SchemaFiles.lines("kinds")) {
            if (line.startsWith("kind ")) {
                read(line, files);
            }
        }
    }

    public static Schemas load() {
        return new Schemas(new SchemaFiles());
    }

    /// As it is, but without the kinds of a group, for an API that does not serve it.
    public Schemas without(String group) {
        return new Schemas(byKind.values().stream().filter(s -> !s.kind().group().equals(group)));
    }

    private Schemas(Stream<KindSchema> kinds) {
        kinds.forEach(this::add);
    }

    private void add(KindSchema schema) {
        var kind = schema.kind();
        byKind.put(kind.apiVersion() + " " + kind.kind(), schema);
        byPlural.put(kind.apiVersion() + " " + kind.plural(), schema);
    }

    private void read(String line, SchemaFiles files) {
        var words = List.of(line.split(" "));
        var slash = words.get(1).indexOf('/');
        var group = slash < 0 ? "" : words.get(1).substring(0, slash);
        var more = new LinkedHashMap<String, String>();
        words.subList(5, words.size())
                .forEach(w -> {
                    var equals = w.indexOf('=');
                    more.put(equals < 0 ? w : w.substring(0, equals), w.substring(equals + 1));
                });
        for (var version : words.get(1).substring(slash + 1).split(",")) {
            var kind =
                    new ResourceKind(
                            group,
                            version,
                            words.get(2),
                            words.get(3),
                            words.get(4).equals("namespaced"));
            var schema =
                    new KindSchema(
                            kind,
                            more.getOrDefault("singular", words.get(2).toLowerCase(Locale.ROOT)),
                            list(more.get("short")),
                            list(more.get("categories")),
                            list(more.get("sub")),
                            more.containsKey("crd"),
                            more.containsKey("request"),
                            more.getOrDefault("old", ""),
                            files.root(more.getOrDefault("type", ""), words.get(2)));
            add(schema);
        }
    }

    private static List<String> list(@Nullable String words) {
        return words == null ? List.of() : List.of(words.split(","));
    }

    /// Every kind in every version; of a kind, the preferred version first.
    public List<KindSchema> all() {
        return new ArrayList<>(byKind.values());
    }

    /// By what a manifest says, such as `apps/v1` and `Deployment`; null if it is not known.
    public @Nullable KindSchema find(String apiVersion, String kind) {
        return byKind.get(apiVersion + " " + kind);
    }

    /// By what a URL says, such as `apps`, `v1` and `deployments`; null if it is not known.
    public @Nullable KindSchema byPlural(String group, String version, String plural) {
        return byPlural.get((group.isEmpty() ? version : group + "/" + version) + " " + plural);
    }

    /// As [#find] for a kind that must be there, such as one that the code itself names.
    public KindSchema get(String apiVersion, String kind) {
        var found = find(apiVersion, kind);
        if (found == null) {
            throw new IllegalArgumentException(
                    "kind: " + apiVersion + " " + kind + " (expected: one of kinds.schema)");
        }
        return found;
    }

    /// The versions of a kind, the preferred one first; empty if it is not known.
    public List<KindSchema> versions(String kind) {
        return byKind.values().stream().filter(s -> s.kind().kind().equals(kind)).toList();
    }
}
