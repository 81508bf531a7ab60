package dev.serin.local.api.cel;

import java.util.Set;

/// Names of properties as CEL can write them: `a.b` is `a__dot__b`.
final class Names {
    private static final Set<String> RESERVED =
            Set.of(
                    "true",
                    "false",
                    "null",
                    "in",
                    "as",
                    "break",
                    "const",
                    "continue",
                    "else",
                    "for",
                    "function",
                    "if",
                    "import",
                    "let",
                    "loop",
                    "package",
                    "namespace",
                    "return",
                    "var",
                    "void",
                    "while");

    private Names() {}

    /// Empty for a name that CEL cannot write, whose property rules do not see.
    static String escaped(String name) {
        if (name.isEmpty() || Character.isDigit(name.charAt(0))) {
            return "";
        }
        if (RESERVED.contains(name)) {
            return "__" + name + "__";
        }
        var out = new StringBuilder();
        for (var i = 0; i < name.length(); i++) {
            var c = name.charAt(i);
            if (name.startsWith("__", i)) {
                out.append("__underscores__");
                i++;
            } else if (c == '.') {
                out.append("__dot__");
            } else if (c == '-') {
                out.append("__dash__");
            } else if (c == '/') {
                out.append("__slash__");
            } else if (c == '_' || c < 128 && Character.isLetterOrDigit(c)) {
                out.append(c);
            } else {
                return "";
            }
        }
        return out.toString();
    }
}
