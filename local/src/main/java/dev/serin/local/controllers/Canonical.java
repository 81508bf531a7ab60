package dev.serin.local.controllers;

import tools.jackson.databind.JsonNode;

import java.util.ArrayList;

/// One text for JSON values that mean the same: fields in order of name, those that are null or
/// empty objects left out, numbers by their digits.
public final class Canonical {
    private Canonical() {}

    public static String text(JsonNode node) {
        var text = new StringBuilder();
        write(node, text);
        return text.toString();
    }

    /// A short stable name for what the text says, of ten letters that make no words.
    public static String hash(String text) {
        // FNV-1a of 64 bits.
        var hash = 0xcbf29ce484222325L;
        for (var i = 0; i < text.length(); i++) {
            hash = (hash ^ text.charAt(i)) * 0x100000001b3L;
        }
        var letters = PodTemplates.LETTERS;
        var name = new StringBuilder();
        for (var i = 0; i < 10; i++) {
            name.append(letters.charAt((int) Long.remainderUnsigned(hash, letters.length())));
            hash = Long.divideUnsigned(hash, letters.length());
        }
        return name.toString();
    }

    private static void write(JsonNode node, StringBuilder text) {
        if (node.isObject()) {
            var names = new ArrayList<>(node.propertyNames());
            names.sort(null);
            text.append('{');
            for (var name : names) {
                var value = node.path(name);
                if (!value.isNull() && !(value.isObject() && value.isEmpty())) {
                    text.append('"').append(name).append("\":");
                    write(value, text);
                    text.append(',');
                }
            }
            text.append('}');
        } else if (node.isArray()) {
            text.append('[');
            for (var element : node) {
                write(element, text);
                text.append(',');
            }
            text.append(']');
        } else {
            text.append(node.toString());
        }
    }
}
