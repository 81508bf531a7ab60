package dev.serin.local.api.cel.function;

import com.google.common.primitives.UnsignedLong;

import dev.cel.common.types.CelType;
import dev.cel.common.types.ListType;
import dev.cel.common.types.SimpleType;
import dev.cel.common.types.TypeParamType;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Kubernetes' functions of lists: isSorted, sum, min, max, indexOf, lastIndexOf, includes.
final class ListFunctions {
    private static final Map<String, CelType> COMPARABLE = new LinkedHashMap<>();
    private static final Map<String, Object> ZERO =
            Map.of("int", 0L, "uint", UnsignedLong.ZERO, "double", 0.0, "duration", Duration.ZERO);

    static {
        COMPARABLE.put("int", SimpleType.INT);
        COMPARABLE.put("uint", SimpleType.UINT);
        COMPARABLE.put("double", SimpleType.DOUBLE);
        COMPARABLE.put("bool", SimpleType.BOOL);
        COMPARABLE.put("duration", SimpleType.DURATION);
        COMPARABLE.put("timestamp", SimpleType.TIMESTAMP);
        COMPARABLE.put("string", SimpleType.STRING);
    }

    private ListFunctions() {}

    static Functions all() {
        var all = new Functions();
        COMPARABLE.forEach((name, type) -> {
            var list = ListType.create(type);
            all.member(
                    "isSorted",
                    "list_" + name + "_is_sorted_bool",
                    SimpleType.BOOL,
                    list,
                    List.class,
                    ListFunctions::isSorted);
            all.member(
                    "min",
                    "list_" + name + "_min_" + name,
                    type,
                    list,
                    List.class,
                    l -> best(l, "min", -1));
            all.member(
                    "max",
                    "list_" + name + "_max_" + name,
                    type,
                    list,
                    List.class,
                    l -> best(l, "max", 1));
            var zero = ZERO.get(name);
            if (zero != null) {
                all.member(
                        "sum",
                        "list_" + name + "_sum_" + name,
                        type,
                        list,
                        List.class,
                        l -> sum(l, zero));
            }
        });
        items(all);
        return all;
    }

    private static void items(Functions all) {
        var some = TypeParamType.create("A");
        var both = List.<CelType>of(ListType.create(some), some);
        all.member(
                "indexOf",
                "list_a_index_of_int",
                SimpleType.INT,
                both,
                List.class,
                Object.class,
                (list, item) -> (long) first(list, item));
        all.member(
                "lastIndexOf",
                "list_a_last_index_of_int",
                SimpleType.INT,
                both,
                List.class,
                Object.class,
                (list, item) -> {
                    var behind = first(list.reversed(), item);
                    return behind < 0 ? -1L : list.size() - 1L - behind;
                });
        all.member(
                "includes",
                "list_includes_dyn_dyn",
                SimpleType.BOOL,
                List.of(SimpleType.DYN, SimpleType.DYN),
                Object.class,
                Object.class,
                (owner, item) ->
                        owner instanceof List<?> list
                                ? first(list, item) >= 0
                                : Equality.same(owner, item));
    }

    private static int first(List<?> list, Object item) {
        for (var i = 0; i < list.size(); i++) {
            if (Equality.same(list.get(i), item)) {
                return i;
            }
        }
        return -1;
    }

    // Elements of one list have one type, which the checker has seen to.
    @SuppressWarnings({"unchecked", "rawtypes"})
    private static int order(Object one, Object other) {
        return ((Comparable) one).compareTo(other);
    }

    private static boolean isSorted(List<?> list) {
        for (var i = 1; i < list.size(); i++) {
            if (order(list.get(i - 1), list.get(i)) > 0) {
                return false;
            }
        }
        return true;
    }

    private static Object best(List<?> list, String name, int sign) {
        if (list.isEmpty()) {
            throw new IllegalArgumentException(name + " called on empty list");
        }
        Object best = list.getFirst();
        for (Object item : list) {
            best = order(item, best) * sign > 0 ? item : best;
        }
        return best;
    }

    private static Object sum(List<?> list, Object zero) {
        var sum = zero;
        for (var item : list) {
            sum =
                    switch (sum) {
                        case Long number -> Math.addExact(number, (Long) item);
                        case UnsignedLong number -> number.plus((UnsignedLong) item);
                        case Double number -> number + (Double) item;
                        case Duration time -> time.plus((Duration) item);
                        default -> throw new IllegalArgumentException("no sum of " + item);
                    };
        }
        return sum;
    }
}
