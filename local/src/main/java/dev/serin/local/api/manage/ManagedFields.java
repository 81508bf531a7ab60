package dev.serin.local.api.manage;

import dev.serin.config.schema.ObjectType;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Notes in a resource's metadata who wrote which fields.
public final class ManagedFields {
    private static final Comparator<Entry> ORDER =
            Comparator.comparing(Entry::operation)
                    .thenComparing(Entry::time)
                    .thenComparing(Entry::manager)
                    .thenComparing(Entry::apiVersion)
                    .thenComparing(Entry::subresource);

    private ManagedFields() {}

    /// A write that is noted.
    ///
    /// @param apiVersion that it was written in
    /// @param subresource empty for the resource itself
    /// @param time RFC 3339
    public record Write(String manager, String apiVersion, String subresource, String time) {}

    /// Notes an ordinary write: what it set belongs to its manager, what it changed belongs to
    /// nobody else any more, what it removed to nobody.
    ///
    /// @param old null for a creation
    public static void update(
            @Nullable ObjectNode old, ObjectNode body, ObjectType type, Write write) {
        Map<FieldPath, JsonNode> before =
                old == null ? new HashMap<>() : Fields.withMakers(old, type);
        var after = Fields.withMakers(body, type);
        Set<FieldPath> changed = new LinkedHashSet<>();
        after.forEach((path, value) -> {
            // Who fills what was there empty has not made it.
            var wasEmpty = path.isSelf() && before.containsKey(path.owner());
            if (!wasEmpty && !value.equals(before.get(path))) {
                changed.add(path);
            }
        });
        var entries = new ArrayList<Entry>();
        var own = new LinkedHashSet<FieldPath>();
        for (var entry : read(body)) {
            var kept = new LinkedHashSet<FieldPath>();
            for (var noted : entry.fields()) {
                var maker = noted.and(FieldPath.SELF);
                var path = after.containsKey(maker) ? maker : noted;
                // Elements of lists belong to all who named them.
                if (after.containsKey(path) && (path.isSelf() || !changed.contains(path))) {
                    kept.add(path);
                }
            }
            if (entry.isOf(write.manager, "Update", write.subresource)) {
                own.addAll(kept);
            } else if (!kept.isEmpty()) {
                entries.add(entry.with(kept));
            }
        }
        own.addAll(changed);
        if (!own.isEmpty()) {
            entries.add(
                    new Entry(
                            write.manager,
                            "Update",
                            write.apiVersion,
                            write.subresource,
                            write.time,
                            own));
        }
        write(body, entries);
    }

    static List<Entry> read(JsonNode body) {
        var entries = new ArrayList<Entry>();
        body.path("metadata").path("managedFields").forEach(n -> entries.add(Entry.read(n)));
        return entries;
    }

    static void write(ObjectNode body, List<Entry> entries) {
        var metadata = body.withObject("/metadata");
        if (entries.isEmpty()) {
            metadata.remove("managedFields");
            return;
        }
        var all = metadata.putArray("managedFields");
        entries.stream().sorted(ORDER).forEach(entry -> all.add(entry.write()));
    }
}
