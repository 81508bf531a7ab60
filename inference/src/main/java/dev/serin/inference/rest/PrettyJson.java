package dev.serin.inference.rest;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// Writes JSON in RapidJSON's pretty form: four spaces a level, every member on a line of its own,
/// every list element too unless lists are set to stay on one line, which counts from the next
/// value on (so that a list begun in one form may end in the other, as in TensorFlow Serving's
/// predictions). Owned by one thread.
final class PrettyJson {
    private final StringBuilder out = new StringBuilder(256);
    private boolean[] list = new boolean[8];
    private int[] values = new int[8];
    private int depth;
    private boolean oneLine;

    /// Whether lists stay on one line, from the next value on.
    void oneLine(boolean on) {
        oneLine = on;
    }

    void openObject() {
        open('{', false);
    }

    void openList() {
        open('[', true);
    }

    void closeObject() {
        depth--;
        if (values[depth] > 0) {
            newLine();
        }
        out.append('}');
    }

    void closeList() {
        depth--;
        if (values[depth] > 0 && !oneLine) {
            newLine();
        }
        out.append(']');
    }

    void name(String name) {
        string(name);
    }

    void string(String value) {
        before();
        appendString(out, value);
    }

    void string(byte[] utf8) {
        string(new String(utf8, StandardCharsets.UTF_8));
    }

    void decimal(float value) {
        before();
        DecimalText.append(out, value);
    }

    void decimal(double value) {
        before();
        DecimalText.append(out, value);
    }

    void whole(long value) {
        before();
        out.append(value);
    }

    /// A token as it stands, for instance `true`.
    void token(CharSequence token) {
        before();
        out.append(token);
    }

    /// Characters written so far.
    int length() {
        return out.length();
    }

    byte[] bytes() {
        return out.toString().getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public String toString() {
        return out.toString();
    }

    private void open(char bracket, boolean isList) {
        before();
        if (depth == list.length) {
            list = Arrays.copyOf(list, 2 * depth);
            values = Arrays.copyOf(values, 2 * depth);
        }
        list[depth] = isList;
        values[depth] = 0;
        depth++;
        out.append(bracket);
    }

    /// What stands between the value before and this one.
    private void before() {
        if (depth == 0) {
            return;
        }
        int count = values[depth - 1]++;
        if (list[depth - 1]) {
            if (count > 0) {
                out.append(oneLine ? ", " : ",");
            }
            if (!oneLine) {
                newLine();
            }
        } else if (count % 2 == 1) {
            out.append(": ");
        } else {
            if (count > 0) {
                out.append(',');
            }
            newLine();
        }
    }

    private void newLine() {
        out.append('\n').repeat(' ', 4 * depth);
    }

    static void appendString(StringBuilder out, String value) {
        out.append('"');
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            switch (c) {
                case '"' -> out.append("\\\"");
                case '\\' -> out.append("\\\\");
                case '\b' -> out.append("\\b");
                case '\f' -> out.append("\\f");
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                default -> {
                    if (c < ' ') {
                        out.append("\\u00").append(c < 16 ? '0' : '1');
                        out.append("0123456789ABCDEF".charAt(c & 15));
                    } else {
                        out.append(c);
                    }
                }
            }
        }
        out.append('"');
    }
}
