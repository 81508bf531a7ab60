package dev.serin.inference.rest;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/// Writes JSON as protobuf's printer lays it out: one space a level, every element on a line of its
/// own, empty lists and objects closed at once. Owned by one thread.
final class MessageJson {
    private final StringBuilder out = new StringBuilder(512);
    private int depth;
    private boolean first;

    /// `"name": {…}`, the members written by `content`.
    void object(String name, Runnable content) {
        member(name);
        block('{', content, '}');
        first = false;
    }

    void string(String name, String value) {
        member(name);
        PrettyJson.appendString(out, value);
        first = false;
    }

    void bool(String name, boolean value) {
        member(name);
        out.append(value);
        first = false;
    }

    /// `"name": [{…}, …]`, each element's members written by `content`.
    <T> void list(String name, List<T> elements, BiConsumer<MessageJson, T> content) {
        member(name);
        block(
                '[',
                () ->
                        elements.forEach(element -> {
                            newElement();
                            block('{', () -> content.accept(this, element), '}');
                            first = false;
                        }),
                ']');
        first = false;
    }

    /// `"name": {"key": {…}, …}`.
    <T> void map(String name, Map<String, T> elements, BiConsumer<MessageJson, T> content) {
        object(
                name,
                () ->
                        elements.forEach((key, element) ->
                                object(key, () -> content.accept(this, element))));
    }

    /// The whole text of a message whose members `content` writes.
    static byte[] message(Consumer<MessageJson> content) {
        var json = new MessageJson();
        json.block('{', () -> content.accept(json), '}');
        json.out.append('\n');
        return json.out.toString().getBytes(StandardCharsets.UTF_8);
    }

    private void member(String name) {
        newElement();
        PrettyJson.appendString(out, name);
        out.append(": ");
    }

    private void newElement() {
        if (!first) {
            out.append(',');
        }
        out.append('\n').repeat(' ', depth);
    }

    private void block(char open, Runnable content, char close) {
        int start = out.length();
        out.append(open);
        depth++;
        first = true;
        content.run();
        depth--;
        if (out.length() > start + 1) {
            out.append('\n').repeat(' ', depth);
        }
        out.append(close);
    }
}
