package dev.serin.inference.rest;

import dev.serin.inference.ServingException;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;

/// A place in JSON text that [JsonSyntax] has found well formed: steps over values without checking
/// them again. Owned by one thread.
final class JsonCursor {
    final byte[] text;
    int at;

    JsonCursor(byte[] text, int at) {
        this.text = text;
        this.at = at;
    }

    /// The next byte that is no white space; the cursor stays on it.
    byte peek() {
        while (text[at] <= ' ' && text[at] >= 0) {
            at++;
        }
        return text[at];
    }

    /// Steps into a list or object, or on to its next element; false, past its end, when there is
    /// none. The cursor is on the opening bracket, on the comma, or on the closing bracket.
    boolean next() {
        peek();
        at++;
        var next = peek();
        if (next == ']' || next == '}') {
            at++;
            return false;
        }
        return true;
    }

    /// After an element: whether another follows. Steps past the comma or the closing bracket.
    boolean more() {
        var next = peek();
        at++;
        return next == ',';
    }

    /// Past the value that the cursor is on, however deep.
    void skip() {
        int depth = 0;
        do {
            switch (peek()) {
                case '[', '{' -> {
                    depth++;
                    at++;
                }
                case ']', '}' -> {
                    depth--;
                    at++;
                }
                case ',', ':' -> at++;
                case '"' -> skipString();
                default -> skipWord();
            }
        } while (depth > 0);
    }

    /// Elements of the list, or members of the object, that the cursor is on; it stays.
    int size() {
        var walker = new JsonCursor(text, at);
        int size = 0;
        for (var more = walker.next(); more; more = walker.more()) {
            if (walker.peek() == '"') {
                walker.skip();
                if (walker.peek() == ':') {
                    walker.at++;
                    walker.skip();
                }
            } else {
                walker.skip();
            }
            size++;
        }
        return size;
    }

    /// The name of the member that the cursor is on; it moves to the member's value.
    String name() {
        var name = text();
        peek();
        at++;
        peek();
        return name;
    }

    /// The string that the cursor is on, unescaped, as UTF-8; the cursor moves past it.
    byte[] string() {
        peek();
        int from = at + 1;
        int to = from;
        while (text[to] != '"' && text[to] != '\\') {
            to++;
        }
        if (text[to] == '"') {
            at = to + 1;
            return Arrays.copyOfRange(text, from, to);
        }
        return unescaped(from);
    }

    /// As [#string()], for names.
    String text() {
        return new String(string(), StandardCharsets.UTF_8);
    }

    private byte[] unescaped(int from) {
        var out = new ByteArrayOutputStream();
        int i = from;
        while (text[i] != '"') {
            if (text[i] != '\\') {
                out.write(text[i++]);
                continue;
            }
            char escape = (char) text[i + 1];
            i += 2;
            if (escape == 'u') {
                int point = hex4(i);
                i += 4;
                if (Character.isHighSurrogate((char) point)) {
                    point = Character.toCodePoint((char) point, (char) hex4(i + 2));
                    i += 6;
                }
                out.writeBytes(Character.toString(point).getBytes(StandardCharsets.UTF_8));
            } else {
                out.write(unescaped(escape));
            }
        }
        at = i + 1;
        return out.toByteArray();
    }

    private int hex4(int i) {
        return Integer.parseInt(new String(text, i, 4, StandardCharsets.ISO_8859_1), 16);
    }

    private static char unescaped(char escape) {
        return switch (escape) {
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            default -> escape;
        };
    }

    private void skipString() {
        at++;
        while (text[at] != '"') {
            at += text[at] == '\\' ? 2 : 1;
        }
        at++;
    }

    /// Past a number or a word (true, null, NaN).
    void skipWord() {
        while (at < text.length && isWord(text[at])) {
            at++;
        }
    }

    static boolean isWord(byte b) {
        return b > ' ' && b != ',' && b != ']' && b != '}' && b != ':';
    }

    /// Whether the value that the cursor is on is `{"b64": "…"}` and nothing else.
    boolean isBase64() {
        if (peek() != '{') {
            return false;
        }
        var walker = new JsonCursor(text, at);
        if (!walker.next() || !walker.name().equals("b64") || walker.peek() != '"') {
            return false;
        }
        walker.skip();
        return !walker.more();
    }

    /// The bytes of the `{"b64": "…"}` that the cursor is on; it moves past it.
    byte[] base64() {
        next();
        name();
        var encoded = string();
        more();
        try {
            return Base64.getDecoder().decode(encoded);
        } catch (IllegalArgumentException e) {
            throw ServingException.invalid("Unable to base64 decode");
        }
    }
}
