package dev.serin.conformance.differential.scenario;

import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/// A mapping out of a YAML file, with typed questions and JSON merge.
public record Tree(String where, Map<String, @Nullable Object> fields) {
    private static final Pattern LENGTH = Pattern.compile("\\$\\{([0-9]+)k}");
    private static final Pattern DURATION = Pattern.compile("([0-9.]+)(ms|s)");

    /// @param where the file, for errors
    public static Tree read(String where, String yaml) {
        var tree =
                new Load(
                                LoadSettings.builder()
                                        .setLabel(where)
                                        .setMaxAliasesForCollections(200)
                                        .build())
                        .loadFromString(yaml);
        return new Tree(where, map(where, tree));
    }

    /// @param where the place, for errors
    public static Tree of(String where, Map<?, ?> fields) {
        return new Tree(where, map(where, fields));
    }

    @SuppressWarnings("unchecked") // keys are turned into text
    private static Map<String, @Nullable Object> map(String where, @Nullable Object value) {
        if (!(value instanceof Map<?, ?> map)) {
            throw new IllegalArgumentException(where + ": a mapping is expected, not " + value);
        }
        var fields = new LinkedHashMap<String, @Nullable Object>();
        map.forEach((key, one) -> fields.put(String.valueOf(key), one));
        return fields;
    }

    public boolean has(String field) {
        return fields.containsKey(field);
    }

    /// Refuses what nobody would read.
    public Tree only(String... known) {
        var set = Set.of(known);
        for (var field : fields.keySet()) {
            if (!set.contains(field)) {
                throw new IllegalArgumentException(
                        where + ": unknown field '" + field + "', known are " + set);
            }
        }
        return this;
    }

    public String text(String field, String otherwise) {
        var value = fields.get(field);
        return value == null ? otherwise : String.valueOf(value);
    }

    public int number(String field, int otherwise) {
        return fields.get(field) instanceof Number number ? number.intValue() : otherwise;
    }

    public boolean is(String field) {
        return Boolean.TRUE.equals(fields.get(field));
    }

    /// `300ms` or `2s`.
    public Duration duration(String field, Duration otherwise) {
        var text = text(field, "");
        if (text.isEmpty()) {
            return otherwise;
        }
        var match = DURATION.matcher(text);
        if (!match.matches()) {
            throw new IllegalArgumentException(where + ": '" + text + "' is no duration");
        }
        var number = Double.parseDouble(match.group(1));
        return Duration.ofMillis((long) (match.group(2).equals("s") ? number * 1000 : number));
    }

    /// The mapping in a field; an empty one if it is not set.
    public Tree under(String field) {
        var value = fields.get(field);
        var place = where + ": " + field;
        return value == null ? new Tree(place, Map.of()) : new Tree(place, map(place, value));
    }

    /// The list in a field; a single value is a list of one.
    public List<@Nullable Object> list(String field) {
        return switch (fields.get(field)) {
            case null -> List.of();
            case List<?> list -> new ArrayList<>(list);
            case Object one -> List.of(one);
        };
    }

    /// The mappings in a field that is a list of them.
    public List<Tree> trees(String field) {
        var trees = new ArrayList<Tree>();
        for (var one : list(field)) {
            var place = where + ": " + field + "[" + trees.size() + "]";
            trees.add(new Tree(place, map(place, one)));
        }
        return trees;
    }

    /// Names with values, in order: a mapping, or a list of pairs where a name comes twice.
    public List<Map.Entry<String, String>> pairs(String field) {
        var pairs = new ArrayList<Map.Entry<String, String>>();
        switch (fields.get(field)) {
            case null -> {}
            case Map<?, ?> map ->
                    map.forEach(
                            (k, v) -> pairs.add(Map.entry(String.valueOf(k), String.valueOf(v))));
            case List<?> list -> {
                for (var one : list) {
                    if (!(one instanceof List<?> pair) || pair.size() != 2) {
                        throw new IllegalArgumentException(where + ": no pair: " + one);
                    }
                    pairs.add(Map.entry(String.valueOf(pair.get(0)), String.valueOf(pair.get(1))));
                }
            }
            case Object other -> throw new IllegalArgumentException(where + ": " + other);
        }
        return pairs;
    }

    /// This with `over` laid on it: mappings are merged, everything else is taken from `over`, and
    /// a null there removes.
    public Tree merged(Tree over) {
        return new Tree(over.where, merged(fields, over.fields));
    }

    private static Map<String, @Nullable Object> merged(
            Map<String, @Nullable Object> under, Map<String, @Nullable Object> over) {
        var all = new LinkedHashMap<String, @Nullable Object>(under);
        over.forEach((key, value) -> {
            if (value == null) {
                all.remove(key);
            } else if (value instanceof Map<?, ?> && all.get(key) instanceof Map<?, ?> old) {
                all.put(key, merged(map("merge", old), map("merge", value)));
            } else {
                all.put(key, value);
            }
        });
        return all;
    }

    public Tree without(String... names) {
        var rest = new LinkedHashMap<>(fields);
        for (var name : names) {
            rest.remove(name);
        }
        return new Tree(where, rest);
    }

    /// With each `${word}` in its texts replaced; a word that is not known stays.
    public Tree replaced(Map<String, String> words) {
        return new Tree(where, map(where, replaced(fields, words)));
    }

    private static @Nullable Object replaced(@Nullable Object tree, Map<String, String> words) {
        return switch (tree) {
            case Map<?, ?> map -> {
                var fields = new LinkedHashMap<String, @Nullable Object>();
                map.forEach((k, v) -> fields.put(String.valueOf(k), replaced(v, words)));
                yield fields;
            }
            case List<?> list -> {
                var all = new ArrayList<@Nullable Object>();
                list.forEach(v -> all.add(replaced(v, words)));
                yield all;
            }
            case String text when text.contains("${") -> {
                var full = text;
                for (var word : words.entrySet()) {
                    full = full.replace("${" + word.getKey() + "}", word.getValue());
                }
                yield LENGTH.matcher(full)
                        .replaceAll(m -> "x".repeat(Integer.parseInt(m.group(1)) * 1024));
            }
            case null, default -> tree;
        };
    }

    public String json() {
        return json(fields);
    }

    public static String json(@Nullable Object tree) {
        var text = new StringBuilder();
        json(tree, text);
        return text.toString();
    }

    private static void json(@Nullable Object tree, StringBuilder into) {
        switch (tree) {
            case null -> into.append("null");
            case Map<?, ?> map -> {
                var between = "{";
                for (var entry : map.entrySet()) {
                    into.append(between);
                    quote(String.valueOf(entry.getKey()), into);
                    into.append(':');
                    json(entry.getValue(), into);
                    between = ",";
                }
                into.append(map.isEmpty() ? "{}" : "}");
            }
            case List<?> list -> {
                var between = "[";
                for (var one : list) {
                    into.append(between);
                    json(one, into);
                    between = ",";
                }
                into.append(list.isEmpty() ? "[]" : "]");
            }
            case Number number -> into.append(number);
            case Boolean bool -> into.append(bool);
            default -> quote(tree.toString(), into);
        }
    }

    private static void quote(String text, StringBuilder into) {
        into.append('"');
        for (var i = 0; i < text.length(); i++) {
            var c = text.charAt(i);
            if (c == '"' || c == '\\') {
                into.append('\\').append(c);
            } else if (c < 0x20) {
                into.append("\\u%04x".formatted((int) c));
            } else {
                into.append(c);
            }
        }
        into.append('"');
    }
}
