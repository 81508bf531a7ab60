package dev.serin.config.fields;

import dev.serin.config.Resource;
import dev.serin.config.schema.ObjectType;
import dev.serin.config.schema.Schemas;
import dev.serin.config.schema.Type;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.JsonNode;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;

/// The table of Istio's fields, one line a field of a type, from `istio.fields`; its form is told
/// there. Immutable; any thread may ask.
public final class FieldStates {
    private static final FieldStates ISTIO = new FieldStates(lines());
    private static final String GROUP_END = "istio.io";

    private final Schemas schemas = Schemas.load();
    private final Map<String, Map<String, FieldState>> types = new LinkedHashMap<>();

    private FieldStates(List<String> lines) {
        var fields = new LinkedHashMap<String, FieldState>();
        for (var line : lines) {
            if (line.startsWith("type ")) {
                fields = new LinkedHashMap<>();
                once(types, line.substring(5), fields);
            } else if (line.startsWith("  ")) {
                line(line.strip(), fields);
            }
        }
    }

    /// That of this program.
    public static FieldStates istio() {
        return ISTIO;
    }

    /// A field that somebody has written and that does not simply work.
    ///
    /// @param path such as `spec.http[0].match[1].statPrefix`
    public record Found(String path, FieldState state) {}

    /// By type, then by field, or by `field=WORD` where one value of a field fares otherwise.
    public Map<String, Map<String, FieldState>> types() {
        return java.util.Collections.unmodifiableMap(types);
    }

    /// The fields of `resource` that have no effect or are refused, in the order in which they
    /// stand there; none for kinds that are not Istio's.
    public List<Found> found(Resource resource) {
        var kind = resource.kind();
        var schema =
                kind.group().endsWith(GROUP_END)
                        ? schemas.find(kind.apiVersion(), kind.kind())
                        : null;
        if (schema == null) {
            return List.of();
        }
        var found = new ArrayList<Found>();
        var spec = schema.type().field("spec");
        if (spec != null) {
            walk(
                    spec.type(),
                    resource.spec(),
                    "spec",
                    (path, state) -> {
                        if (!(state instanceof FieldState.Works)) {
                            found.add(new Found(path, state));
                        }
                    });
        }
        return List.copyOf(found);
    }

    /// What has no effect in `resource`, in words: for warnings and status.
    public List<String> warnings(Resource resource) {
        var warnings = new ArrayList<String>();
        for (var found : found(resource)) {
            if (found.state() instanceof FieldState.WithoutEffect without) {
                warnings.add(found.path() + " has no effect: " + without.why());
            }
        }
        return List.copyOf(warnings);
    }

    private void walk(Type type, JsonNode value, String path, BiConsumer<String, FieldState> each) {
        switch (type) {
            case ObjectType object ->
                    value.properties()
                            .forEach(p -> {
                                var field = object.field(p.getKey());
                                if (field != null && !p.getValue().isNull()) {
                                    var place = path + "." + p.getKey();
                                    var state = state(object.name(), p.getKey(), p.getValue());
                                    if (state != null) {
                                        each.accept(place, state);
                                    }
                                    walk(field.type(), p.getValue(), place, each);
                                }
                            });
            case Type.ListType list -> {
                for (var i = 0; i < value.size(); i++) {
                    walk(list.element(), value.path(i), path + "[" + i + "]", each);
                }
            }
            case Type.MapType map ->
                    value.properties()
                            .forEach(p ->
                                    walk(map.value(), p.getValue(), path + "." + p.getKey(), each));
            case Type.Words _, dev.serin.config.schema.Scalar _ -> {}
        }
    }

    private @Nullable FieldState state(String type, String field, JsonNode value) {
        var fields = types.getOrDefault(type, Map.of());
        var ofWord = value.isString() ? fields.get(field + "=" + value.stringValue()) : null;
        return ofWord == null ? fields.get(field) : ofWord;
    }

    private static void line(String line, Map<String, FieldState> fields) {
        var words = line.split(" ", 3);
        if (words.length < 3) {
            throw new IllegalStateException("istio.fields: '" + line + "' (expected: a state)");
        }
        var rest = words[2];
        var state =
                switch (words[1]) {
                    case "works" -> {
                        var note = rest.indexOf(" -- ");
                        yield new FieldState.Works(
                                note < 0 ? rest : rest.substring(0, note),
                                note < 0 ? "" : rest.substring(note + 4));
                    }
                    case "ignored" -> new FieldState.WithoutEffect(rest);
                    case "refused" -> {
                        var cure = rest.indexOf("; ");
                        yield new FieldState.Refused(
                                rest.substring(0, cure), rest.substring(cure + 2));
                    }
                    default -> throw new IllegalStateException("istio.fields: " + line);
                };
        for (var name : words[0].split(",")) {
            once(fields, name, state);
        }
    }

    private static <T> void once(Map<String, T> map, String key, T value) {
        if (map.putIfAbsent(key, value) != null) {
            throw new IllegalStateException("istio.fields: " + key + " a second time");
        }
    }

    private static List<String> lines() {
        try (var in = FieldStates.class.getResourceAsStream("istio.fields")) {
            if (in == null) {
                throw new IllegalStateException("istio.fields (expected: a resource)");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
