package dev.serin.config.schema;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/// An object with named fields; a message in protobuf. Immutable; its fields are read from the
/// schema's text when they are first asked for, so that a run pays only for the kinds it meets, and
/// so that types may contain themselves.
public final class ObjectType implements Type {
    /// What an open type's other fields are: objects field by field, all else as a whole.
    private static final ObjectType ANYTHING = of("", "Anything", List.of(), true);

    private final String name;
    private final Supplier<Parts> read;
    private final boolean open;
    private volatile @Nullable Parts parts;

    ObjectType(String name, Supplier<Parts> read) {
        this(name, read, false);
    }

    private ObjectType(String name, Supplier<Parts> read, boolean open) {
        this.name = name;
        this.read = read;
        this.open = open;
    }

    /// A type that no schema file has: a part of a kind that a user has defined.
    ///
    /// @param space what stands before the name in OpenAPI
    /// @param open whether it has every other field too, whatever that is
    public static ObjectType of(String space, String name, List<Field> fields, boolean open) {
        var parts = Parts.of(space, "", fields, List.of());
        return new ObjectType(name, () -> parts, open);
    }

    /// Part of a message that JSON spreads over its owner.
    public record Inline(int number, ObjectType type) {}

    /// What the schema's text says of it.
    ///
    /// @param space what stands before the name in OpenAPI, such as `io.k8s.api.apps.v1`
    record Parts(
            String space,
            String doc,
            Map<String, Field> fields,
            List<Field> own,
            List<Inline> inlines) {
        static Parts of(String space, String doc, List<Field> own, List<Inline> inlines) {
            var fields = new LinkedHashMap<String, Field>();
            inlines.forEach(i -> i.type().fields().forEach(f -> fields.put(f.name(), f)));
            own.forEach(f -> fields.put(f.name(), f));
            return new Parts(space, doc, fields, List.copyOf(own), List.copyOf(inlines));
        }
    }

    /// Whether it is of a part that no schema describes.
    public boolean isAnything() {
        return this == ANYTHING;
    }

    /// Its short name, such as `DeploymentSpec`: what Kubernetes' own errors call it.
    public String name() {
        return name;
    }

    /// Its name in OpenAPI, such as `io.k8s.api.apps.v1.DeploymentSpec`.
    public String fullName() {
        return parts().space() + "." + name;
    }

    public String doc() {
        return parts().doc();
    }

    /// All fields as JSON has them, those of inline parts included.
    public List<Field> fields() {
        return new ArrayList<>(parts().fields().values());
    }

    public List<String> fieldNames() {
        return new ArrayList<>(parts().fields().keySet());
    }

    /// The field of that name in JSON, null if there is none.
    public @Nullable Field field(String json) {
        var known = parts().fields().get(json);
        return known == null && open ? new Field(json, 0, ANYTHING, false, null, false, "") : known;
    }

    /// The fields as protobuf has them: without those of [#inlines()].
    public List<Field> ownFields() {
        return parts().own();
    }

    /// Messages whose fields JSON spreads over this object.
    public List<Inline> inlines() {
        return parts().inlines();
    }

    Parts parts() {
        var known = parts;
        if (known == null) {
            // Two threads may read the same text; both get equal parts.
            known = read.get();
            parts = known;
        }
        return known;
    }

    @Override
    public String toString() {
        return name;
    }
}
