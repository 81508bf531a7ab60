package dev.serin.proxy.format;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;

import dev.serin.proxy.extension.ConfigProblem;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// A compiled format: turns an entry into one line. Immutable.
public sealed interface LineFormat {
    /// Istio's default format, which is what a mesh that sets none shows.
    String ISTIO =
            "[%START_TIME%] \"%REQ(:METHOD)% %REQ(X-ENVOY-ORIGINAL-PATH?:PATH)% %PROTOCOL%\""
                    + " %RESPONSE_CODE% %RESPONSE_FLAGS% %RESPONSE_CODE_DETAILS%"
                    + " %CONNECTION_TERMINATION_DETAILS%"
                    + " \"%UPSTREAM_TRANSPORT_FAILURE_REASON%\" %BYTES_RECEIVED% %BYTES_SENT%"
                    + " %DURATION% %RESP(X-ENVOY-UPSTREAM-SERVICE-TIME)%"
                    + " \"%REQ(X-FORWARDED-FOR)%\" \"%REQ(USER-AGENT)%\" \"%REQ(X-REQUEST-ID)%\""
                    + " \"%REQ(:AUTHORITY)%\" \"%UPSTREAM_HOST%\" %UPSTREAM_CLUSTER_RAW%"
                    + " %UPSTREAM_LOCAL_ADDRESS% %DOWNSTREAM_LOCAL_ADDRESS%"
                    + " %DOWNSTREAM_REMOTE_ADDRESS% %REQUESTED_SERVER_NAME% %ROUTE_NAME%\n";

    /// Envoy's own default, used where a log has no format.
    String ENVOY =
            "[%START_TIME%] \"%REQ(:METHOD)% %REQ(X-ENVOY-ORIGINAL-PATH?:PATH)% %PROTOCOL%\""
                    + " %RESPONSE_CODE% %RESPONSE_FLAGS% %BYTES_RECEIVED% %BYTES_SENT% %DURATION%"
                    + " %RESP(X-ENVOY-UPSTREAM-SERVICE-TIME)% \"%REQ(X-FORWARDED-FOR)%\""
                    + " \"%REQ(USER-AGENT)%\" \"%REQ(X-REQUEST-ID)%\" \"%REQ(:AUTHORITY)%\""
                    + " \"%UPSTREAM_HOST%\"\n";

    void print(Entry entry, StringBuilder out);

    /// Whether there is nothing to print.
    default boolean empty(Entry entry) {
        return false;
    }

    /// Compiles a text format.
    ///
    /// @throws ConfigProblem naming the operator that is not known
    static LineFormat text(String format) throws ConfigProblem {
        return text(format, false);
    }

    /// @param omitEmpty whether what is not there is nothing instead of `-`
    static LineFormat text(String format, boolean omitEmpty) throws ConfigProblem {
        return new Text(parts(format), omitEmpty);
    }

    /// Compiles a JSON format: a value of a single operator keeps its type, a missing one is null.
    static LineFormat json(Struct format) throws ConfigProblem {
        return json(format, false);
    }

    /// @param omitEmpty whether what is not there is left out
    static LineFormat json(Struct format, boolean omitEmpty) throws ConfigProblem {
        return new Line(object(format, omitEmpty));
    }

    private static Json object(Struct struct, boolean omitEmpty) throws ConfigProblem {
        var fields = new TreeMap<String, LineFormat>();
        for (var field : struct.getFieldsMap().entrySet()) {
            fields.put(field.getKey(), member(field.getValue(), omitEmpty));
        }
        return new Json(fields, omitEmpty);
    }

    private static LineFormat member(Value value, boolean omitEmpty) throws ConfigProblem {
        return switch (value.getKindCase()) {
            case STRUCT_VALUE -> object(value.getStructValue(), omitEmpty);
            case LIST_VALUE -> {
                var members = new ArrayList<LineFormat>();
                for (var part : value.getListValue().getValuesList()) {
                    members.add(member(part, omitEmpty));
                }
                yield new JsonList(members, omitEmpty);
            }
            case NULL_VALUE -> new JsonValue(List.of(_ -> null), omitEmpty);
            case STRING_VALUE -> new JsonValue(parts(value.getStringValue()), omitEmpty);
            case NUMBER_VALUE -> {
                var number = value.getNumberValue();
                Object literal =
                        number == Math.rint(number) ? (Object) (long) number : (Object) number;
                yield new JsonValue(List.of(_ -> literal), omitEmpty);
            }
            case BOOL_VALUE -> new JsonValue(List.of(_ -> value.getBoolValue()), omitEmpty);
            default ->
                    throw new ConfigProblem(
                            "json_format", "a " + value.getKindCase() + " cannot be logged");
        };
    }

    private static List<Operator> parts(String format) throws ConfigProblem {
        var parts = new ArrayList<Operator>();
        var at = 0;
        while (at < format.length()) {
            var percent = format.indexOf('%', at);
            if (percent < 0) {
                percent = format.length();
            }
            if (percent > at) {
                var literal = format.substring(at, percent);
                parts.add(_ -> literal);
                at = percent;
                continue;
            }
            if (format.startsWith("%%", at)) {
                parts.add(_ -> "%");
                at += 2;
                continue;
            }
            var end = end(format, at);
            parts.add(operator(format.substring(at + 1, end)));
            at = end + 1;
        }
        return parts;
    }

    /// The `%` that closes the operator at `at`; those in its parentheses do not.
    private static int end(String format, int at) throws ConfigProblem {
        var depth = 0;
        for (var i = at + 1; i < format.length(); i++) {
            switch (format.charAt(i)) {
                case '(' -> depth++;
                case ')' -> depth--;
                case '%' -> {
                    if (depth == 0) {
                        return i;
                    }
                }
                default -> {}
            }
        }
        throw new ConfigProblem("log_format", "no closing % after " + format.substring(at));
    }

    private static Operator operator(String text) throws ConfigProblem {
        var limit = Integer.MAX_VALUE;
        var colon = text.lastIndexOf(':');
        if (colon > text.lastIndexOf(')')
                && colon > 0
                && text.substring(colon + 1).matches("[0-9]{1,9}")) {
            limit = Integer.parseInt(text.substring(colon + 1));
            text = text.substring(0, colon);
        }
        var open = text.indexOf('(');
        if (open >= 0 && !text.endsWith(")")) {
            throw new ConfigProblem("log_format", "no closing ) in %" + text + "%");
        }
        var operator =
                open < 0
                        ? Operators.named(text, null)
                        : Operators.named(
                                text.substring(0, open),
                                text.substring(open + 1, text.length() - 1));
        if (limit == Integer.MAX_VALUE) {
            return operator;
        }
        if (open < 0 || text.contains("TIME")) {
            throw new ConfigProblem("log_format", "%" + text + "% takes no length");
        }
        return cut(operator, limit);
    }

    static Operator cut(Operator operator, int limit) {
        return e ->
                operator.value(e) instanceof String text && text.length() > limit
                        ? text.substring(0, limit)
                        : operator.value(e);
    }

    /// Operators one after the other.
    record Text(List<Operator> parts, boolean omitEmpty) implements LineFormat {
        @Override
        public void print(Entry entry, StringBuilder out) {
            for (var part : parts) {
                var value = part.value(entry);
                out.append(value == null ? omitEmpty ? "" : "-" : value);
            }
        }
    }

    /// One line of JSON.
    record Line(Json json) implements LineFormat {
        @Override
        public void print(Entry entry, StringBuilder out) {
            json.print(entry, out);
            out.append('\n');
        }
    }

    /// An object.
    record Json(Map<String, LineFormat> fields, boolean omitEmpty) implements LineFormat {
        @Override
        public boolean empty(Entry entry) {
            return fields.values().stream().allMatch(f -> f.empty(entry));
        }

        @Override
        public void print(Entry entry, StringBuilder out) {
            var before = "{";
            for (var field : fields.entrySet()) {
                if (omitEmpty && field.getValue().empty(entry)) {
                    continue;
                }
                JsonText.quote(field.getKey(), out.append(before));
                field.getValue().print(entry, out.append(':'));
                before = ",";
            }
            out.append(before.equals("{") ? "{}" : "}");
        }
    }

    /// A list.
    record JsonList(List<LineFormat> members, boolean omitEmpty) implements LineFormat {
        @Override
        public void print(Entry entry, StringBuilder out) {
            var before = "[";
            for (var member : members) {
                if (!omitEmpty || !member.empty(entry)) {
                    member.print(entry, out.append(before));
                    before = ",";
                }
            }
            out.append(before.equals("[") ? "[]" : "]");
        }
    }

    /// A string, a number or null.
    record JsonValue(List<Operator> parts, boolean omitEmpty) implements LineFormat {
        @Override
        public boolean empty(Entry entry) {
            return parts.size() == 1 && parts.getFirst().value(entry) == null;
        }

        @Override
        public void print(Entry entry, StringBuilder out) {
            if (parts.size() == 1) {
                var value = parts.getFirst().value(entry);
                if (value instanceof String text) {
                    JsonText.quote(text, out);
                } else {
                    out.append(value);
                }
                return;
            }
            var text = new StringBuilder();
            new Text(parts, omitEmpty).print(entry, text);
            JsonText.quote(text, out);
        }
    }
}
