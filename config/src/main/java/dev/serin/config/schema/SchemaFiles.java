package dev.serin.config.schema;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// Reads the schema files, each when it is first needed; their form is told in kinds.schema. Any
/// thread may ask.
final class SchemaFiles {
    private static final Map<String, Scalar> SCALARS = new HashMap<>();

    static {
        for (var scalar : Scalar.values()) {
            SCALARS.put(scalar.word(), scalar);
        }
    }

    private final Map<String, SchemaFile> files = new ConcurrentHashMap<>();

    /// A file cut into its types, none of them read yet.
    private record SchemaFile(
            String name, String space, List<String> uses, Map<String, ObjectType> types) {}

    static List<String> lines(String file) {
        try (var in = SchemaFiles.class.getResourceAsStream(file + ".schema")) {
            if (in == null) {
                throw new IllegalStateException("schema file: " + file + " (expected: a resource)");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// The root type of that name; the file is opened when its parts are first asked for.
    ObjectType root(String file, String name) {
        return new ObjectType(name, () -> find(file(file), name).parts());
    }

    private SchemaFile file(String name) {
        return files.computeIfAbsent(name, this::cut);
    }

    private SchemaFile cut(String name) {
        var space = "";
        var uses = new ArrayList<String>();
        var types = new HashMap<String, ObjectType>();
        var file = new SchemaFile[1];
        var all = lines(name);
        for (var at = 0; at < all.size(); at++) {
            var line = all.get(at);
            if (line.startsWith("package ")) {
                space = line.substring(8);
            } else if (line.startsWith("uses ")) {
                uses.add(line.substring(5));
            } else if (line.startsWith("type ") || line.startsWith("root ")) {
                var end = at + 1;
                while (end < all.size() && all.get(end).startsWith("  ")) {
                    end++;
                }
                var head = new Line(line.substring(5));
                var root = line.startsWith("root ");
                var body = all.subList(at + 1, end);
                var doc = head.doc();
                types.put(
                        head.text(),
                        new ObjectType(head.text(), () -> parts(file[0], doc, body, root)));
                at = end - 1;
            }
        }
        file[0] = new SchemaFile(name, space, List.copyOf(uses), Map.copyOf(types));
        return file[0];
    }

    /// A line without the comment that ends it.
    private record Line(String text, String doc) {
        private static final String COMMENT = "  # ";

        Line(String line) {
            this(
                    line.contains(COMMENT) ? line.substring(0, line.indexOf(COMMENT)) : line,
                    line.contains(COMMENT) ? line.substring(line.indexOf(COMMENT) + 4) : "");
        }
    }

    private ObjectType.Parts parts(SchemaFile file, String doc, List<String> body, boolean root) {
        var own = new ArrayList<Field>();
        var inlines = new ArrayList<ObjectType.Inline>();
        if (root) {
            own.add(new Field("apiVersion", 0, Scalar.STRING, false, null, false, API_VERSION));
            own.add(new Field("kind", 0, Scalar.STRING, false, null, false, KIND));
        }
        for (var text : body) {
            var line = new Line(text.strip());
            if (line.text().startsWith("^ ")) {
                var words = line.text().split(" ");
                inlines.add(
                        new ObjectType.Inline(Integer.parseInt(words[1]), find(file, words[2])));
            } else {
                own.add(field(file, line));
            }
        }
        return ObjectType.Parts.of(file.space(), doc, own, inlines);
    }

    private static final String API_VERSION = "The group and version that this is written in.";
    private static final String KIND = "What it is.";

    private Field field(SchemaFile file, Line line) {
        var text = line.text();
        JsonNode absent = null;
        var equals = text.indexOf(" = ");
        if (equals >= 0) {
            absent = literal(text.substring(equals + 3));
            text = text.substring(0, equals);
        }
        var retain = text.endsWith(" retain");
        if (retain) {
            text = text.substring(0, text.length() - " retain".length());
        }
        var space = text.indexOf(' ');
        var name = text.substring(0, space);
        var type = text.substring(space + 1);
        var number = 0;
        if (Character.isDigit(type.charAt(0))) {
            space = type.indexOf(' ');
            number = Integer.parseInt(type.substring(0, space));
            type = type.substring(space + 1);
        }
        var required = name.endsWith("!");
        return new Field(
                required ? name.substring(0, name.length() - 1) : name,
                number,
                type(file, type),
                required,
                absent,
                retain,
                line.doc());
    }

    /// A default as it stands in the file. A JSON parser would take longer to load than all else
    /// here.
    private static JsonNode literal(String text) {
        var nodes = JsonNodeFactory.instance;
        if (text.startsWith("\"")) {
            return nodes.stringNode(text.substring(1, text.length() - 1));
        }
        return switch (text) {
            case "{}" -> nodes.objectNode();
            case "true", "false" -> nodes.booleanNode(text.equals("true"));
            default -> nodes.numberNode(Integer.parseInt(text));
        };
    }

    private Type type(SchemaFile file, String text) {
        if (text.startsWith("[")) {
            return listType(file, text.substring(1, text.length() - 1));
        }
        if (text.startsWith("{")) {
            return new Type.MapType(type(file, text.substring(1, text.length() - 1)));
        }
        if (text.contains("|")) {
            return new Type.Words(List.of(text.split("\\|")));
        }
        var scalar = SCALARS.get(text);
        return scalar != null ? scalar : find(file, text);
    }

    private Type listType(SchemaFile file, String text) {
        var space = text.indexOf(' ');
        if (space < 0) {
            return new Type.ListType(type(file, text), List.of(), Type.Merge.ATOMIC);
        }
        var element = type(file, text.substring(0, space));
        var words = text.substring(space + 1).split(" ");
        if (words[0].equals("set")) {
            return new Type.ListType(element, List.of(), Type.Merge.SET);
        }
        return new Type.ListType(
                element,
                List.of(words[1].split(",")),
                words.length > 2 ? Type.Merge.BY_KEY_APPLIED : Type.Merge.BY_KEY);
    }

    private ObjectType find(SchemaFile file, String name) {
        var own = file.types().get(name);
        if (own != null) {
            return own;
        }
        for (var other : file.uses()) {
            var found = file(other).types().get(name);
            if (found != null) {
                return found;
            }
        }
        throw new IllegalStateException(
                "type " + name + " in schema file " + file.name() + " (expected: one it knows)");
    }
}
