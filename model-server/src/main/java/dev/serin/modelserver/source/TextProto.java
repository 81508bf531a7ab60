package dev.serin.modelserver.source;

import dev.serin.base.Problem;
import dev.serin.base.ProblemException;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Protobuf's text form, read without a schema: a message is its fields' values by name, each a
/// [String] (numbers and words too) or a [Message]. Immutable.
final class TextProto {
    /// One message: every value of every field, with the line where it stands.
    record Message(Map<String, List<Value>> fields) {
        List<Value> all(String name) {
            return fields.getOrDefault(name, List.of());
        }
    }

    /// One value: exactly one of the two.
    sealed interface Value {
        int line();

        record Text(String text, int line) implements Value {}

        record Nested(Message message, int line) implements Value {}
    }

    private final String file;
    private final String text;
    private int at;
    private int line = 1;

    private TextProto(String file, String text) {
        this.file = file;
        this.text = text;
    }

    /// @param file for error messages
    /// @throws ProblemException with file and line if the text is malformed
    static Message read(String file, String text) {
        var reader = new TextProto(file, text);
        var message = reader.message((char) 0, 0);
        return message;
    }

    private Message message(char close, int depth) {
        if (depth > 32) {
            throw wrong("messages nested deeper than 32", "fewer");
        }
        var fields = new LinkedHashMap<String, List<Value>>();
        while (true) {
            skipBlank();
            if (at >= text.length()) {
                if (close != 0) {
                    throw wrong("the end of the file", "'" + close + "'");
                }
                return new Message(fields);
            }
            if (close != 0 && text.charAt(at) == close) {
                at++;
                return new Message(fields);
            }
            var name = word("the name of a field");
            var values = fields.computeIfAbsent(name, _ -> new ArrayList<>());
            skipBlank();
            if (peek() == ':') {
                at++;
                skipBlank();
            } else if (peek() != '{' && peek() != '<') {
                throw wrong(found(), "':' or '{' behind " + name);
            }
            if (peek() == '[') {
                at++;
                list(values, depth);
            } else {
                values.add(value(depth));
            }
            skipBlank();
            if (peek() == ',' || peek() == ';') {
                at++;
            }
        }
    }

    private void list(List<Value> values, int depth) {
        skipBlank();
        while (peek() != ']') {
            values.add(value(depth));
            skipBlank();
            if (peek() == ',') {
                at++;
                skipBlank();
            } else if (peek() != ']') {
                throw wrong(found(), "',' or ']'");
            }
        }
        at++;
    }

    private Value value(int depth) {
        int from = line;
        char first = peek();
        if (first == '{' || first == '<') {
            at++;
            return new Value.Nested(message(first == '{' ? '}' : '>', depth + 1), from);
        }
        if (first == '"' || first == '\'') {
            var all = new StringBuilder();
            while (peek() == '"' || peek() == '\'') {
                string(all);
                skipBlank();
            }
            return new Value.Text(all.toString(), from);
        }
        return new Value.Text(word("a value"), from);
    }

    private void string(StringBuilder out) {
        char quote = text.charAt(at++);
        while (peek() != quote) {
            char c = peek();
            if (c == 0 || c == '\n') {
                throw wrong("a string that does not end", "" + quote);
            }
            at++;
            if (c == '\\') {
                char escaped = peek();
                at++;
                out.append(
                        switch (escaped) {
                            case 'n' -> '\n';
                            case 't' -> '\t';
                            case 'r' -> '\r';
                            case '"', '\'', '\\' -> escaped;
                            default ->
                                    throw wrong(
                                            "the escape \\" + escaped,
                                            "\\n, \\t, \\r, \\\\ or a quote");
                        });
            } else {
                out.append(c);
            }
        }
        at++;
    }

    private String word(String expected) {
        int from = at;
        while (at < text.length()
                && (Character.isLetterOrDigit(text.charAt(at))
                        || "_.+-".indexOf(text.charAt(at)) >= 0)) {
            at++;
        }
        if (at == from) {
            throw wrong(found(), expected);
        }
        return text.substring(from, at);
    }

    private void skipBlank() {
        while (at < text.length()) {
            char c = text.charAt(at);
            if (c == '#') {
                while (peek() != '\n' && peek() != 0) {
                    at++;
                }
            } else if (Character.isWhitespace(c)) {
                if (c == '\n') {
                    line++;
                }
                at++;
            } else {
                return;
            }
        }
    }

    private char peek() {
        return at < text.length() ? text.charAt(at) : 0;
    }

    private String found() {
        return at < text.length() ? "'" + text.charAt(at) + "'" : "the end of the file";
    }

    private ProblemException wrong(String found, String expected) {
        return new ProblemException(new Problem(file + ":" + line, found, expected, null));
    }
}
