package dev.serin.proxy.format;

import com.google.protobuf.Value;

import dev.serin.proxy.http.Headers;

import java.util.HexFormat;
import java.util.TreeMap;

/// Strings and values as JSON.
final class JsonText {
    private JsonText() {}

    /// In the order of its names; a whole number without a fraction.
    static void value(Value value, StringBuilder out) {
        switch (value.getKindCase()) {
            case STRING_VALUE -> quote(value.getStringValue(), out);
            case BOOL_VALUE -> out.append(value.getBoolValue());
            case NUMBER_VALUE -> out.append(Parameters.number(value.getNumberValue()));
            case STRUCT_VALUE -> {
                var before = "{";
                var fields = new TreeMap<>(value.getStructValue().getFieldsMap());
                for (var field : fields.entrySet()) {
                    quote(field.getKey(), out.append(before));
                    value(field.getValue(), out.append(':'));
                    before = ",";
                }
                out.append(before.equals("{") ? "{}" : "}");
            }
            case LIST_VALUE -> {
                var before = "[";
                for (var member : value.getListValue().getValuesList()) {
                    value(member, out.append(before));
                    before = ",";
                }
                out.append(before.equals("[") ? "[]" : "]");
            }
            case NULL_VALUE, KIND_NOT_SET -> out.append("null");
        }
    }

    /// As Envoy shows header fields that it keeps.
    static String fields(Headers headers) {
        var out = new StringBuilder("{\"headers\":[");
        for (var i = 0; i < headers.size(); i++) {
            quote(headers.name(i), out.append(i == 0 ? "{\"key\":" : ",{\"key\":"));
            quote(headers.value(i), out.append(",\"value\":"));
            out.append('}');
        }
        return out.append("]}").toString();
    }

    static void quote(CharSequence text, StringBuilder out) {
        out.append('"');
        for (var i = 0; i < text.length(); i++) {
            var c = text.charAt(i);
            switch (c) {
                case '"' -> out.append("\\\"");
                case '\\' -> out.append("\\\\");
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                default -> {
                    if (c < ' ') {
                        out.append("\\u").append(HexFormat.of().toHexDigits(c));
                    } else {
                        out.append(c);
                    }
                }
            }
        }
        out.append('"');
    }
}
