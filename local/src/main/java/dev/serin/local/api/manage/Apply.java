package dev.serin.local.api.manage;

import dev.serin.config.schema.Field;
import dev.serin.config.schema.ObjectType;
import dev.serin.config.schema.Type;
import dev.serin.local.api.Refusal;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Server-side apply: a manager says all that it wants of a resource; what it said before and says
/// no more goes, unless another manager wants it too.
public final class Apply {
    private static final String OPERATION = "Apply";

    private final ObjectNode wanted;
    private final ObjectType type;
    private final ManagedFields.Write write;
    private final boolean force;

    /// @param wanted what the manager says
    /// @param force takes over what others own
    public Apply(ObjectNode wanted, ObjectType type, ManagedFields.Write write, boolean force) {
        this.wanted = wanted;
        this.type = type;
        this.write = write;
        this.force = force;
    }

    /// The changed body with its owners noted, nothing of it shared with `current`.
    ///
    /// @throws Refusal 409 when another manager owns a field that would change
    public ObjectNode to(ObjectNode current) {
        var said = Fields.of(wanted, type);
        var there = Fields.of(current, type);
        Set<FieldPath> before = Set.of();
        var others = new ArrayList<Entry>();
        Entry own = null;
        for (var entry : ManagedFields.read(current)) {
            if (entry.isOf(write.manager(), OPERATION, write.subresource())) {
                before = entry.fields();
                own = entry;
            } else {
                others.add(entry);
            }
        }
        // What others own and would be changed under them.
        var kept = settle(others, said, there, LastApplied.fields(current, type, write, there));
        // What is said, over what is there.
        var body = (ObjectNode) merge(current, wanted, type);
        // What is said no more.
        for (var path : deepestFirst(before)) {
            if (!said.containsKey(path) && !isWanted(path, kept) && !isPrefix(path, said)) {
                remove(body, path);
            }
        }
        // A write that changes nothing but the owners has no time.
        var changes = !Fields.of(body, type).equals(there);
        var time = changes ? write.time() : own == null ? "" : own.time();
        lastApplied(current, body);
        var same = (own == null ? Set.<FieldPath>of() : own.fields()).equals(said.keySet());
        var entry =
                new Entry(
                        write.manager(),
                        OPERATION,
                        write.apiVersion(),
                        write.subresource(),
                        time,
                        said.keySet());
        var unchanged = same && kept.equals(others) && !changes;
        if (!said.isEmpty()) {
            kept.add(entry);
        }
        ManagedFields.write(body, unchanged ? ManagedFields.read(current) : kept);
        return body;
    }

    /// A resource that kubectl has applied by itself before keeps saying what was applied last, so
    /// that it can go on so.
    private void lastApplied(ObjectNode current, ObjectNode body) {
        if (!write.manager().equals("kubectl")
                || !current.path("metadata").path("annotations").has(LastApplied.ANNOTATION)) {
            return;
        }
        var said = wanted.deepCopy();
        if (said.path("metadata").path("annotations") instanceof ObjectNode annotations) {
            annotations.remove(LastApplied.ANNOTATION);
            if (annotations.isEmpty()) {
                ((ObjectNode) said.path("metadata")).remove("annotations");
            }
        }
        body.withObject("/metadata/annotations").put(LastApplied.ANNOTATION, sorted(said) + "\n");
    }

    private static JsonNode sorted(JsonNode node) {
        if (node instanceof ObjectNode object) {
            var out = JsonNodeFactory.instance.objectNode();
            object.properties().stream()
                    .sorted(Map.Entry.comparingByKey())
                    .forEach(p -> out.set(p.getKey(), sorted(p.getValue())));
            return out;
        }
        if (node instanceof ArrayNode array) {
            var out = JsonNodeFactory.instance.arrayNode();
            array.forEach(item -> out.add(sorted(item)));
            return out;
        }
        return node;
    }

    private List<Entry> settle(
            List<Entry> others,
            Map<FieldPath, JsonNode> said,
            Map<FieldPath, JsonNode> there,
            Set<FieldPath> granted) {
        var conflicts = new LinkedHashMap<String, List<FieldPath>>();
        var kept = new ArrayList<Entry>();
        for (var entry : others) {
            var fields = new LinkedHashSet<>(entry.fields());
            for (var path : entry.fields()) {
                var value = said.get(path);
                if (value != null && !path.isSelf() && !value.equals(there.get(path))) {
                    if (!granted.contains(path)) {
                        conflicts.computeIfAbsent(entry.title(), _ -> new ArrayList<>()).add(path);
                    }
                    fields.remove(path);
                }
            }
            if (!fields.isEmpty()) {
                kept.add(fields.size() == entry.fields().size() ? entry : entry.with(fields));
            }
        }
        if (!conflicts.isEmpty() && !force) {
            throw refused(conflicts);
        }
        return kept;
    }

    private static Refusal refused(Map<String, List<FieldPath>> conflicts) {
        var causes = new ArrayList<Refusal.Cause>();
        var texts = new ArrayList<String>();
        conflicts.forEach((owner, found) -> {
            var paths = found.stream().sorted(FieldPath.ORDER).toList();
            paths.forEach(p ->
                    causes.add(
                            new Refusal.Cause(
                                    "FieldManagerConflict", "conflict with " + owner, p.text())));
            var all = paths.stream().map(FieldPath::text).toList();
            texts.add(
                    all.size() == 1
                            ? "conflict with " + owner + ": " + all.getFirst()
                            : "conflicts with " + owner + ":\n- " + String.join("\n- ", all));
        });
        var count = causes.size();
        return new Refusal(
                409,
                "Conflict",
                "Apply failed with "
                        + count
                        + (count == 1 ? " conflict: " : " conflicts: ")
                        + String.join("\n", texts),
                new Refusal.Details("", "", "", "", causes, 0));
    }

    private static boolean isWanted(FieldPath path, List<Entry> others) {
        var at = path.isSelf() ? path.owner() : path;
        return others.stream().anyMatch(e -> e.fields().stream().anyMatch(p -> p.startsWith(at)));
    }

    /// Whether something under it is said now (a value became an object).
    private static boolean isPrefix(FieldPath path, Map<FieldPath, JsonNode> said) {
        var at = path.isSelf() ? path.owner() : path;
        return said.keySet().stream().anyMatch(p -> p.startsWith(at));
    }

    private static List<FieldPath> deepestFirst(Set<FieldPath> paths) {
        return paths.stream()
                .sorted((a, b) -> Integer.compare(b.steps().size(), a.steps().size()))
                .toList();
    }

    private void remove(ObjectNode body, FieldPath path) {
        var steps = path.isSelf() ? path.owner().steps() : path.steps();
        JsonNode at = body;
        Type here = type;
        for (int i = 0; i < steps.size() - 1; i++) {
            here = into(here, steps.get(i));
            at = child(at, steps.get(i), here);
        }
        var last = steps.getLast();
        if (at instanceof ObjectNode object && last.startsWith("f:")) {
            object.remove(last.substring(2));
        } else if (at instanceof ArrayNode array) {
            var index = index(array, last, here);
            if (index >= 0) {
                array.remove(index);
            }
        }
    }

    /// The type of what a step leads to; for an element of a list the list's, until the next step.
    private static @Nullable Type into(@Nullable Type type, String step) {
        if (type instanceof Type.ListType list && !step.startsWith("f:")) {
            return list.element();
        }
        var name = step.substring(2);
        return switch (type) {
            case ObjectType object -> typeOf(object.field(name));
            case Type.MapType map -> map.value();
            case null, default -> null;
        };
    }

    private static @Nullable Type typeOf(@Nullable Field field) {
        return field == null ? null : field.type();
    }

    private static JsonNode child(JsonNode node, String step, @Nullable Type type) {
        if (node instanceof ArrayNode array) {
            var index =
                    index(
                            array,
                            step,
                            new Type.ListType(
                                    type == null ? dev.serin.config.schema.Scalar.ANY : type,
                                    keys(step),
                                    Type.Merge.BY_KEY));
            return index < 0 ? JsonNodeFactory.instance.missingNode() : array.get(index);
        }
        return node.path(step.substring(2));
    }

    private static List<String> keys(String step) {
        return step.startsWith("k:")
                ? List.copyOf(
                        tools.jackson.databind.json.JsonMapper.shared()
                                .readTree(step.substring(2))
                                .propertyNames())
                : List.of();
    }

    private static int index(ArrayNode array, String step, @Nullable Type type) {
        for (int i = 0; i < array.size(); i++) {
            var item = array.get(i);
            if (step.startsWith("v:") && step.equals("v:" + item)
                    || step.startsWith("k:")
                            && type instanceof Type.ListType list
                            && Fields.key(item, list).equals(step)) {
                return i;
            }
        }
        return -1;
    }

    private static JsonNode merge(JsonNode old, JsonNode said, @Nullable Type type) {
        if (old instanceof ObjectNode object
                && said instanceof ObjectNode changes
                && (type instanceof ObjectType || type instanceof Type.MapType)) {
            var out = object.deepCopy();
            for (var property : changes.properties()) {
                var name = property.getKey();
                Type inner = into(type, "f:" + name);
                out.set(
                        name,
                        Fields.isWhole(type, name, inner)
                                ? property.getValue().deepCopy()
                                : merge(out.path(name), property.getValue(), inner));
            }
            return out;
        }
        if (old instanceof ArrayNode array
                && said instanceof ArrayNode items
                && type instanceof Type.ListType list
                && list.merge() != Type.Merge.ATOMIC) {
            return merge(array, items, list);
        }
        return said.deepCopy();
    }

    private static ArrayNode merge(ArrayNode old, ArrayNode said, Type.ListType list) {
        var out = old.deepCopy();
        for (var item : said) {
            var step = list.merge() == Type.Merge.SET ? "v:" + item : Fields.key(item, list);
            var index = index(out, step, list);
            if (index < 0) {
                out.add(item.deepCopy());
            } else {
                out.set(index, merge(out.get(index), item, list.element()));
            }
        }
        return out;
    }
}
