package dev.serin.config.codec;

import dev.serin.base.Problem;
import dev.serin.base.ProblemException;

import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;

import java.util.ArrayList;
import java.util.List;

/// Reads JSON with the place of every value, several documents one after the other too.
public final class JsonReader {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    private static final JsonMapper JSON = JsonMapper.shared();

    private final JsonParser parser;
    private final Positions positions;
    private final List<String> duplicates = new ArrayList<>();

    private JsonReader(JsonParser parser) {
        this.parser = parser;
        this.positions = new Positions(position(parser.currentTokenLocation()));
    }

    /// A body of a request.
    ///
    /// @param duplicates paths of keys that were there more than once; the last of each holds
    public record Body(JsonNode root, List<String> duplicates) {}

    /// Reads the body of a request, which may have keys twice: what is to be said of them depends
    /// on the request.
    ///
    /// @throws ProblemException when it is not one JSON value
    public static Body body(String text) {
        try (var parser = JSON.createParser(text)) {
            parser.nextToken();
            var reader = new JsonReader(parser);
            var root = parser.currentToken() == null ? NODES.missingNode() : reader.value("");
            if (root.isMissingNode() || parser.nextToken() != null) {
                throw new ProblemException(
                        Problem.of("body", "not one JSON value", "send one resource"));
            }
            return new Body(root, List.copyOf(reader.duplicates));
        } catch (JacksonException e) {
            throw syntax("body", e);
        }
    }

    /// @param file what errors call the text
    /// @throws ProblemException when it is not JSON or has a key twice, naming file, line and
    ///   column
    public static List<Document> read(String file, String text) {
        var documents = new ArrayList<Document>();
        try (var parser = JSON.createParser(text)) {
            while (parser.nextToken() != null) {
                var reader = new JsonReader(parser);
                var root = reader.value("");
                if (!reader.duplicates.isEmpty()) {
                    var path = reader.duplicates.getFirst();
                    var place = reader.positions.at(path);
                    throw new ProblemException(
                            Problem.of(
                                    file + ":" + place.line() + ":" + place.column() + ": " + path,
                                    "the key a second time",
                                    "keep one of the two"));
                }
                documents.add(new Document(file, root, reader.positions));
            }
        } catch (JacksonException e) {
            throw syntax(file, e);
        }
        return documents;
    }

    private static ProblemException syntax(String file, JacksonException e) {
        var place = position(e.getLocation());
        return new ProblemException(
                Problem.of(
                        file + ":" + place.line() + ":" + place.column(),
                        "not JSON: " + e.getOriginalMessage(),
                        "write valid JSON"),
                e);
    }

    private JsonNode value(String path) {
        if (parser.currentToken() == JsonToken.START_OBJECT) {
            var map = NODES.objectNode();
            while (parser.nextToken() != JsonToken.END_OBJECT) {
                var name = parser.currentName();
                var place = path.isEmpty() ? name : path + "." + name;
                if (map.has(name)) {
                    duplicates.add(place);
                }
                positions.put(place, position(parser.currentTokenLocation()));
                parser.nextToken();
                map.set(name, value(place));
            }
            return map;
        }
        if (parser.currentToken() == JsonToken.START_ARRAY) {
            var list = NODES.arrayNode();
            while (parser.nextToken() != JsonToken.END_ARRAY) {
                var place = path + "[" + list.size() + "]";
                positions.put(place, position(parser.currentTokenLocation()));
                list.add(value(place));
            }
            return list;
        }
        return scalar();
    }

    private JsonNode scalar() {
        return switch (parser.currentToken()) {
            case VALUE_STRING -> NODES.stringNode(parser.getString());
            case VALUE_TRUE -> NODES.booleanNode(true);
            case VALUE_FALSE -> NODES.booleanNode(false);
            case VALUE_NUMBER_FLOAT -> NODES.numberNode(parser.getDoubleValue());
            case VALUE_NUMBER_INT ->
                    switch (parser.getNumberType()) {
                        case INT -> NODES.numberNode(parser.getIntValue());
                        case LONG -> NODES.numberNode(parser.getLongValue());
                        default -> NODES.numberNode(parser.getDoubleValue());
                    };
            default -> NODES.nullNode();
        };
    }

    private static Position position(TokenStreamLocation location) {
        return new Position(Math.max(1, location.getLineNr()), Math.max(1, location.getColumnNr()));
    }
}
