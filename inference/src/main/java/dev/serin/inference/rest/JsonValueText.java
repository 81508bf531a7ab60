package dev.serin.inference.rest;

import java.nio.charset.StandardCharsets;

/// A JSON value as error messages quote it: printed again in the pretty form. What is very long is
/// cut, where TensorFlow Serving would send all of it back.
final class JsonValueText {
    private static final int LONGEST = 16_384;

    private JsonValueText() {}

    static String of(byte[] text, int at) {
        var cursor = new JsonCursor(text, at);
        var json = new PrettyJson();
        value(cursor, json, 0);
        var printed = json.toString();
        return printed.length() > LONGEST ? printed.substring(0, LONGEST) + "..." : printed;
    }

    /// RapidJSON's word for the type of the value.
    static String type(byte[] text, int at) {
        return switch (new JsonCursor(text, at).peek()) {
            case '{' -> "Object";
            case '[' -> "Array";
            case '"' -> "String";
            case 't' -> "True";
            case 'f' -> "False";
            case 'n' -> "Null";
            default -> "Number";
        };
    }

    private static void value(JsonCursor cursor, PrettyJson json, int depth) {
        byte first = cursor.peek();
        if ((first == '{' || first == '[') && (depth > 64 || json.length() > LONGEST)) {
            json.token("...");
            cursor.skip();
        } else if (first == '{') {
            json.openObject();
            for (var more = cursor.next(); more; more = cursor.more()) {
                json.name(cursor.name());
                value(cursor, json, depth + 1);
            }
            json.closeObject();
        } else if (first == '[') {
            json.openList();
            for (var more = cursor.next(); more; more = cursor.more()) {
                value(cursor, json, depth + 1);
            }
            json.closeList();
        } else if (first == '"') {
            json.string(cursor.string());
        } else {
            word(cursor, json);
        }
    }

    private static void word(JsonCursor cursor, PrettyJson json) {
        int from = cursor.at;
        cursor.skipWord();
        var word = new String(cursor.text, from, cursor.at - from, StandardCharsets.ISO_8859_1);
        if (JsonNumbers.startsNumber(cursor.text[from])
                && !JsonNumbers.isWhole(cursor.text, from, cursor.at)) {
            json.decimal(JsonNumbers.toDouble(cursor.text, from, cursor.at));
        } else {
            json.token(word);
        }
    }
}
