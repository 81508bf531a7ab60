package dev.serin.local.api.cel.function;

import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/// `==` of CEL, where lists may be sets or maps: the library knows only lists in order.
public final class Equality {
    private Equality() {}

    public static boolean same(Object one, Object other) {
        if (one instanceof Number a && other instanceof Number b) {
            return numbers(a, b);
        }
        if (one instanceof List<?> a && other instanceof List<?> b) {
            return a instanceof Unordered set
                    ? set.sameAs(b)
                    : b instanceof Unordered set ? set.sameAs(a) : inOrder(a, b);
        }
        if (one instanceof Map<?, ?> a && other instanceof Map<?, ?> b) {
            return a.size() == b.size()
                    && a.entrySet().stream()
                            .allMatch(e -> {
                                var value = b.get(e.getKey());
                                return value != null && same(e.getValue(), value);
                            });
        }
        return Objects.equals(one, other);
    }

    private static boolean inOrder(List<?> a, List<?> b) {
        if (a.size() != b.size()) {
            return false;
        }
        for (var i = 0; i < a.size(); i++) {
            if (!same(a.get(i), b.get(i))) {
                return false;
            }
        }
        return true;
    }

    private static boolean numbers(Number a, Number b) {
        if (a.getClass().equals(b.getClass())) {
            return a instanceof Double d ? d.doubleValue() == b.doubleValue() : a.equals(b);
        }
        var x = a.doubleValue();
        var y = b.doubleValue();
        return Double.isFinite(x)
                && Double.isFinite(y)
                && new BigDecimal(a.toString()).compareTo(new BigDecimal(b.toString())) == 0;
    }
}
