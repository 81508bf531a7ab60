package dev.serin.inference.rest;

import dev.serin.inference.ServingException;

import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.Map;

/// Finds out whether bytes are a JSON object, and where its members' values begin. Accepts what
/// TensorFlow Serving accepts: NaN, Infinity and Inf with a sign, and anything after the document.
/// Nesting is bounded by the body only, since nothing here recurses. Errors carry RapidJSON's words
/// and offsets, which clients know.
final class JsonSyntax {
    private static final int END = -1;

    private final byte[] text;
    private int at;

    private JsonSyntax(byte[] text) {
        this.text = text;
    }

    /// Where the value of each member of the top-level object begins; of two members of one name
    /// the first counts.
    ///
    /// @throws ServingException INVALID_ARGUMENT if the text is not JSON
    static Map<String, Integer> members(byte[] text) {
        if (text.length == 0) {
            throw ServingException.invalid("JSON Parse error: The document is empty");
        }
        var syntax = new JsonSyntax(text);
        if (syntax.peek() == END) {
            throw syntax.error("The document is empty.", syntax.at);
        }
        syntax.value();
        var cursor = new JsonCursor(text, 0);
        if (cursor.peek() != '{') {
            throw ServingException.invalid(
                    "JSON Value: " + JsonValueText.of(text, 0) + " Is not object");
        }
        var members = new LinkedHashMap<String, Integer>();
        for (var more = cursor.next(); more; more = cursor.more()) {
            members.putIfAbsent(cursor.name(), cursor.at);
            cursor.skip();
        }
        return members;
    }

    /// Checks one value from the top, with the open brackets on a stack of bits (set: an object).
    private void value() {
        var open = new BitSet();
        int depth = 0;
        while (true) {
            int first = peek();
            var opens = first == '{' || first == '[';
            if (opens) {
                at++;
                open.set(depth++, first == '{');
                if (peek() == (first == '{' ? '}' : ']')) {
                    at++;
                    depth--;
                } else {
                    if (first == '{') {
                        memberName();
                    }
                    continue;
                }
            } else {
                scalar(first);
            }
            // A value has ended: close brackets until another value must follow.
            while (true) {
                if (depth == 0) {
                    return;
                }
                var object = open.get(depth - 1);
                int next = peek();
                if (next == ',') {
                    at++;
                    if (object) {
                        memberName();
                    }
                    break;
                }
                if (next != (object ? '}' : ']')) {
                    throw error(
                            object
                                    ? "Missing a comma or } after an object member."
                                    : "Missing a comma or ] after an array element.",
                            at);
                }
                at++;
                depth--;
            }
        }
    }

    private void memberName() {
        if (peek() != '"') {
            throw error("Missing a name for object member.", at);
        }
        string();
        if (peek() != ':') {
            throw error("Missing a colon after a name of object member.", at);
        }
        at++;
    }

    private void scalar(int first) {
        switch (first) {
            case '"' -> string();
            case 't' -> word("true");
            case 'f' -> word("false");
            case 'n' -> word("null");
            default -> number();
        }
    }

    private void word(String word) {
        at++;
        for (int i = 1; i < word.length(); i++) {
            if (byteAt(at) != word.charAt(i)) {
                throw error("Invalid value.", at);
            }
            at++;
        }
    }

    private void number() {
        int start = at;
        if (byteAt(at) == '-') {
            at++;
        }
        int first = byteAt(at);
        if (first == '0') {
            at++;
        } else if (first >= '1' && first <= '9') {
            digits();
        } else if (first == 'N') {
            word("NaN");
            return;
        } else if (first == 'I') {
            word("Inf");
            if (byteAt(at) == 'i') {
                word("inity");
            }
            return;
        } else {
            throw error("Invalid value.", at);
        }
        var whole = true;
        if (byteAt(at) == '.') {
            whole = false;
            at++;
            if (!isDigit(byteAt(at))) {
                throw error("Miss fraction part in number.", at);
            }
            digits();
        }
        if (byteAt(at) == 'e' || byteAt(at) == 'E') {
            whole = false;
            at++;
            if (byteAt(at) == '+' || byteAt(at) == '-') {
                at++;
            }
            if (!isDigit(byteAt(at))) {
                throw error("Miss exponent in number.", at);
            }
            digits();
        }
        // Only a number of so many letters can be too big for a double.
        if ((!whole || at - start > 300) && isTooBig(start)) {
            throw error("Number too big to be stored in double.", start);
        }
    }

    private boolean isTooBig(int start) {
        for (int i = start; i < at; i++) {
            if ((text[i] | 0x20) == 'e' || at - start > 300) {
                return Double.isInfinite(JsonNumbers.slowDouble(text, start, at));
            }
        }
        return false;
    }

    private void digits() {
        while (isDigit(byteAt(at))) {
            at++;
        }
    }

    private static boolean isDigit(int b) {
        return b >= '0' && b <= '9';
    }

    private void string() {
        at++;
        while (true) {
            int b = byteAt(at);
            if (b == '"') {
                at++;
                return;
            }
            if (b == '\\') {
                escape();
            } else if (b == END || b == 0) {
                throw error("Missing a closing quotation mark in string.", at);
            } else if (b > 0 && b < ' ') {
                throw error("Invalid encoding in string.", at);
            } else {
                at++;
            }
        }
    }

    private void escape() {
        int from = at;
        at++;
        int escape = byteAt(at);
        at++;
        if (escape == 'u') {
            int high = hex4(from);
            if (Character.isLowSurrogate((char) high)) {
                throw error("The surrogate pair in string is invalid.", from);
            }
            if (Character.isHighSurrogate((char) high)) {
                if (byteAt(at) != '\\' || byteAt(at + 1) != 'u') {
                    throw error("The surrogate pair in string is invalid.", from);
                }
                at += 2;
                if (!Character.isLowSurrogate((char) hex4(from))) {
                    throw error("The surrogate pair in string is invalid.", from);
                }
            }
        } else if (escape == END || "\"\\/bfnrt".indexOf(escape) < 0) {
            throw error("Invalid escape character in string.", from);
        }
    }

    private int hex4(int from) {
        int value = 0;
        for (int i = 0; i < 4; i++) {
            int digit = byteAt(at) < 0 ? -1 : Character.digit(byteAt(at), 16);
            if (digit < 0) {
                throw error("Incorrect hex digit after \\u escape in string.", from);
            }
            value = value << 4 | digit;
            at++;
        }
        return value;
    }

    private int peek() {
        int b = byteAt(at);
        while (b == ' ' || b == '\n' || b == '\r' || b == '\t') {
            b = byteAt(++at);
        }
        return b;
    }

    /// The byte (negative from 128 on, but never -1 for a byte, since 0xff is mapped to -2).
    private int byteAt(int i) {
        if (i >= text.length) {
            return END;
        }
        return text[i] == END ? -2 : text[i];
    }

    private ServingException error(String what, int offset) {
        return ServingException.invalid("JSON Parse error: " + what + " at offset: " + offset);
    }
}
