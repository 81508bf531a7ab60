package dev.serin.proxy.expression;

import dev.serin.proxy.expression.Expression.Node;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Objects;
import java.util.Set;

/// What operators and functions do with values. Null in, null out.
final class Values {
    static final Set<String> METHODS = Set.of("startsWith", "endsWith", "contains");

    private Values() {}

    static @Nullable Object compare(
            String operator, @Nullable Object left, @Nullable Object right) {
        if (operator.equals("==") || operator.equals("!=")) {
            return same(left, right) == operator.equals("==");
        }
        int order;
        if (left instanceof Number l && right instanceof Number r) {
            order = Double.compare(l.doubleValue(), r.doubleValue());
        } else if (left instanceof String l && right instanceof String r) {
            order = l.compareTo(r);
        } else {
            return null;
        }
        return switch (operator) {
            case "<" -> order < 0;
            case "<=" -> order <= 0;
            case ">" -> order > 0;
            default -> order >= 0;
        };
    }

    private static boolean same(@Nullable Object left, @Nullable Object right) {
        return left instanceof Number l && right instanceof Number r
                ? l.doubleValue() == r.doubleValue()
                : Objects.equals(left, right);
    }

    static @Nullable Object in(@Nullable Object value, @Nullable Object of) {
        return switch (of) {
            case List<?> list -> list.stream().anyMatch(e -> same(e, value));
            case Node node -> value instanceof String key && node.get(key) != null;
            case null, default -> null;
        };
    }

    static @Nullable Object add(@Nullable Object left, @Nullable Object right) {
        if (left instanceof String l && right instanceof String r) {
            return l + r;
        }
        return left instanceof Long l && right instanceof Long r ? (Object) (l + r) : null;
    }

    static @Nullable Object index(@Nullable Object of, @Nullable Object key) {
        if (of instanceof Node node && key instanceof String name) {
            return node.get(name);
        }
        if (of instanceof List<?> list && key instanceof Long at && at >= 0 && at < list.size()) {
            return list.get(at.intValue());
        }
        return null;
    }

    static @Nullable Object call(String name, @Nullable Object of, @Nullable Object argument) {
        if (!(of instanceof String text) || !(argument instanceof String part)) {
            return null;
        }
        return switch (name) {
            case "startsWith" -> text.startsWith(part);
            case "endsWith" -> text.endsWith(part);
            default -> text.contains(part);
        };
    }

    static @Nullable Object size(@Nullable Object of) {
        return switch (of) {
            case String text -> (long) text.length();
            case List<?> list -> (long) list.size();
            case null, default -> null;
        };
    }

    static @Nullable Object number(@Nullable Object of) {
        return switch (of) {
            case Number number -> number.longValue();
            case String text when text.matches("-?[0-9]{1,18}") -> Long.parseLong(text);
            case null, default -> null;
        };
    }
}
