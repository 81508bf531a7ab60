package dev.serin.proxy.bootstrap;

import dev.serin.base.Problem;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.function.BiPredicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Says for people why a document does not fit a message: protobuf's parser names neither the place
/// nor a way out. Where its words are none that are known here, they stay as they are.
final class Misfit {
    private static final Pattern TYPE = Pattern.compile("Cannot resolve type: (\\S+)");

    private Misfit() {}

    /// @param words the parser's message
    static Problem of(String subject, @Nullable Object tree, String words, String expected) {
        var type = TYPE.matcher(words);
        if (type.matches()) {
            return new Problem(
                    subject
                            + places(
                                    tree, (key, value) -> key.equals("@type") && same(type, value)),
                    "the type " + type.group(1) + " is not known",
                    "a type that this proxy supports",
                    type.group(1).matches(".*\\.v[12](alpha\\d*)?\\.[^.]*")
                                    && !type.group(1).contains("istio")
                            ? "if it is of Envoy's old interface (v2), name its successor in v3;"
                                    + " else take it out"
                            : "if it is spelled right, this proxy does not have it: take it out, or"
                                    + " see COMPATIBILITY.md for what stands in for it");
        }
        return new Problem(subject, words, expected, null);
    }

    private static boolean same(Matcher named, @Nullable Object value) {
        return named.group(1).equals(String.valueOf(value));
    }

    private static String places(
            @Nullable Object tree, BiPredicate<String, @Nullable Object> wanted) {
        var found = new ArrayList<String>();
        search(tree, "", wanted, found);
        return found.isEmpty() ? "" : ": " + String.join(", ", found);
    }

    private static void search(
            @Nullable Object tree,
            String path,
            BiPredicate<String, @Nullable Object> wanted,
            List<String> found) {
        if (tree instanceof Map<?, ?> map) {
            map.forEach((key, value) -> {
                var name = String.valueOf(key);
                var here = path.isEmpty() ? name : path + "." + name;
                if (wanted.test(name, value)) {
                    found.add(here);
                }
                search(value, here, wanted, found);
            });
        } else if (tree instanceof Collection<?> list) {
            var i = 0;
            for (var one : list) {
                search(one, path + "[" + i++ + "]", wanted, found);
            }
        }
    }
}
