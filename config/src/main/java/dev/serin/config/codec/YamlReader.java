package dev.serin.config.codec;

import dev.serin.base.Problem;
import dev.serin.base.ProblemException;

import org.snakeyaml.engine.v2.api.ConstructNode;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;
import org.snakeyaml.engine.v2.resolver.ScalarResolver;
import org.snakeyaml.engine.v2.schema.Schema;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Reads YAML of several documents. What YAML allows but a manifest never means is refused with the
/// cure: tabs, the same key twice, anchors that grow without end, tags.
public final class YamlReader {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    private static final Tag PLAIN = new Tag("tag:serin.dev,2026:plain");
    // The largest object that Kubernetes stores is 1.5 MB; this is beyond any set of such.
    private static final int MOST_VALUES = 100_000;
    private static final int DEEPEST = 200;

    private final String file;
    private int values;
    private Positions positions = new Positions(new Position(1, 1));

    private YamlReader(String file) {
        this.file = file;
    }

    /// The documents of a text, empty ones left out.
    ///
    /// @param file what errors call the text
    /// @throws ProblemException when it is not YAML, naming file, line and column
    public static List<Document> read(String file, String text) {
        var documents = new ArrayList<Document>();
        var settings =
                LoadSettings.builder()
                        .setLabel(file)
                        .setSchema(new TextOnly())
                        .setCodePointLimit(16 << 20)
                        // Counted and worded below, with the place.
                        .setMaxAliasesForCollections(Integer.MAX_VALUE)
                        .setAllowNonScalarKeys(true)
                        .build();
        try {
            for (var node : new Compose(settings).composeAllFromString(text)) {
                var reader = new YamlReader(file);
                var root = reader.document(node);
                if (!root.isNull()) {
                    documents.add(new Document(file, root, reader.positions));
                }
            }
        } catch (MarkedYamlEngineException e) {
            throw YamlProblem.of(file, text, e);
        } catch (YamlEngineException e) {
            throw new ProblemException(
                    Problem.of(file, "not YAML: " + e.getMessage(), "write valid YAML"), e);
        } catch (StackOverflowError e) {
            throw new ProblemException(
                    Problem.of(file, "lists or maps nested too deep", "write fewer levels"), e);
        }
        return documents;
    }

    private JsonNode document(Node node) {
        positions = new Positions(position(node));
        return convert(node, "", 0);
    }

    private JsonNode convert(Node node, String path, int depth) {
        if (depth > DEEPEST) {
            throw problem(
                    node,
                    path,
                    "more than " + DEEPEST + " levels, or an anchor that contains itself",
                    "write fewer levels");
        }
        if (++values > MOST_VALUES) {
            throw problem(
                    node,
                    path,
                    "more than " + MOST_VALUES + " values once its anchors are filled in",
                    "write the values out, or split the file");
        }
        return switch (node) {
            case ScalarNode scalar -> scalar(scalar, path);
            case SequenceNode list -> list(list, path, depth);
            case MappingNode map -> map(map, path, depth);
            default -> throw problem(node, path, "a part that is no value", "write a value");
        };
    }

    private JsonNode scalar(ScalarNode node, String path) {
        if (node.getTag().equals(Tag.STR)) {
            return NODES.stringNode(node.getValue());
        }
        if (!node.getTag().equals(PLAIN)) {
            throw problem(
                    node, path, "the tag " + node.getTag().getValue(), "write the value without");
        }
        var text = node.getValue();
        var value = PlainScalar.value(text);
        var unsigned = text.startsWith("-") || text.startsWith("+") ? text.substring(1) : text;
        if (unsigned.equalsIgnoreCase(".inf") || text.equalsIgnoreCase(".nan")) {
            throw problem(node, path, text, "write a finite number, or quotes for a text");
        }
        return value;
    }

    private ArrayNode list(SequenceNode node, String path, int depth) {
        var list = NODES.arrayNode(node.getValue().size());
        for (var element : node.getValue()) {
            var place = path + "[" + list.size() + "]";
            positions.put(place, position(element));
            list.add(convert(element, place, depth + 1));
        }
        return list;
    }

    private ObjectNode map(MappingNode node, String path, int depth) {
        var map = NODES.objectNode();
        var keys = new HashMap<String, Integer>();
        var merged = new ArrayList<Node>();
        for (var entry : node.getValue()) {
            var key = entry.getKeyNode();
            if (!(key instanceof ScalarNode scalar)) {
                throw problem(key, path, "a key that is a list or a map", "write a word as key");
            }
            var name = scalar.getValue();
            if (name.equals("<<") && scalar.getTag().equals(PLAIN)) {
                merged.add(entry.getValueNode());
                continue;
            }
            var place = path.isEmpty() ? name : path + "." + name;
            if (scalar.getTag().equals(PLAIN) && PlainScalar.surprisingKey(name)) {
                throw problem(
                        key,
                        place,
                        "the key "
                                + name
                                + ", which kubectl reads as "
                                + PlainScalar.value(name).asString(),
                        "put it in quotes: \"" + name + "\"");
            }
            var first = keys.putIfAbsent(name, position(key).line());
            if (first != null) {
                throw problem(
                        key,
                        place,
                        "the key " + name + " a second time (first in line " + first + ")",
                        "keep one of the two");
            }
            positions.put(place, position(key));
            map.set(name, convert(entry.getValueNode(), place, depth + 1));
        }
        merged.forEach(m -> merge(map, m, path, depth + 1));
        return map;
    }

    /// Adds what a `<<` key brings; the map's own keys win.
    private void merge(ObjectNode map, Node source, String path, int depth) {
        if (source instanceof SequenceNode list) {
            list.getValue().forEach(s -> merge(map, s, path, depth));
            return;
        }
        if (!(source instanceof MappingNode)) {
            throw problem(source, path, "<< with something that is no map", "name a map's anchor");
        }
        for (var property : convert(source, path, depth).properties()) {
            if (!map.has(property.getKey())) {
                map.set(property.getKey(), property.getValue());
            }
        }
    }

    private static Position position(Node node) {
        return node.getStartMark().map(YamlReader::position).orElse(new Position(1, 1));
    }

    static Position position(Mark mark) {
        return new Position(mark.getLine() + 1, mark.getColumn() + 1);
    }

    private ProblemException problem(Node node, String path, String found, String cure) {
        var place = position(node);
        var subject = file + ":" + place.line() + ":" + place.column();
        return new ProblemException(
                Problem.of(path.isEmpty() ? subject : subject + ": " + path, found, cure));
    }

    /// Leaves every unquoted word as it is, so that [PlainScalar] can read it.
    private static final class TextOnly implements Schema {
        @Override
        public ScalarResolver getScalarResolver() {
            return (_, implicit) -> implicit ? PLAIN : Tag.STR;
        }

        @Override
        public Map<Tag, ConstructNode> getSchemaTagConstructors() {
            return Map.of();
        }
    }

    /// Where an error is, if it says so.
    static Optional<Mark> mark(MarkedYamlEngineException e) {
        return e.getProblemMark().isPresent() ? e.getProblemMark() : e.getContextMark();
    }
}
