package dev.serin.local.api.cel.function;

import dev.cel.common.types.CelType;
import dev.cel.common.types.OpaqueType;
import dev.cel.common.types.SimpleType;

import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/// Kubernetes' functions of quantities such as `500m` and `1Gi`.
final class Amounts {
    private static final CelType QUANTITY = OpaqueType.create("kubernetes.Quantity");
    private static final Pattern FORM =
            Pattern.compile("([+-]?(?:[0-9]+\\.?[0-9]*|\\.[0-9]+))([a-zA-Z]?i?|[eE][+-]?[0-9]+)");
    private static final Map<String, BigDecimal> UNITS =
            Map.ofEntries(
                    Map.entry("", BigDecimal.ONE),
                    Map.entry("n", new BigDecimal("1e-9")),
                    Map.entry("u", new BigDecimal("1e-6")),
                    Map.entry("m", new BigDecimal("1e-3")),
                    Map.entry("k", new BigDecimal("1e3")),
                    Map.entry("M", new BigDecimal("1e6")),
                    Map.entry("G", new BigDecimal("1e9")),
                    Map.entry("T", new BigDecimal("1e12")),
                    Map.entry("P", new BigDecimal("1e15")),
                    Map.entry("E", new BigDecimal("1e18")),
                    Map.entry("Ki", binary(1)),
                    Map.entry("Mi", binary(2)),
                    Map.entry("Gi", binary(3)),
                    Map.entry("Ti", binary(4)),
                    Map.entry("Pi", binary(5)),
                    Map.entry("Ei", binary(6)));

    private Amounts() {}

    private static BigDecimal binary(int power) {
        return BigDecimal.valueOf(1024).pow(power);
    }

    /// @param number without trailing zeros, so that equal amounts are equal
    record Amount(BigDecimal number) {
        Amount {
            number = number.stripTrailingZeros();
        }
    }

    static Functions all() {
        var text = SimpleType.STRING;
        var two = List.of(QUANTITY, QUANTITY);
        var and = List.<CelType>of(QUANTITY, SimpleType.INT);
        var all =
                new Functions()
                        .global(
                                "quantity",
                                "string_to_quantity",
                                QUANTITY,
                                text,
                                String.class,
                                Amounts::parse)
                        .global(
                                "isQuantity",
                                "is_quantity_string",
                                SimpleType.BOOL,
                                text,
                                String.class,
                                t -> isAmount(t))
                        .member(
                                "sign",
                                "quantity_sign",
                                SimpleType.INT,
                                QUANTITY,
                                Amount.class,
                                a -> (long) a.number().signum())
                        .member(
                                "asApproximateFloat",
                                "quantity_get_float",
                                SimpleType.DOUBLE,
                                QUANTITY,
                                Amount.class,
                                a -> a.number().doubleValue())
                        .member(
                                "isInteger",
                                "quantity_is_integer",
                                SimpleType.BOOL,
                                QUANTITY,
                                Amount.class,
                                a -> whole(a))
                        .member(
                                "asInteger",
                                "quantity_get_int",
                                SimpleType.INT,
                                QUANTITY,
                                Amount.class,
                                Amounts::integer);
        comparisons(all, two);
        sums(all, two, and);
        return all;
    }

    private static void comparisons(Functions all, List<CelType> two) {
        all.member(
                "isGreaterThan",
                "quantity_is_greater_than",
                SimpleType.BOOL,
                two,
                Amount.class,
                Amount.class,
                (a, b) -> a.number().compareTo(b.number()) > 0);
        all.member(
                "isLessThan",
                "quantity_is_less_than",
                SimpleType.BOOL,
                two,
                Amount.class,
                Amount.class,
                (a, b) -> a.number().compareTo(b.number()) < 0);
        all.member(
                "compareTo",
                "quantity_compare_to",
                SimpleType.INT,
                two,
                Amount.class,
                Amount.class,
                (a, b) -> (long) a.number().compareTo(b.number()));
    }

    private static void sums(Functions all, List<CelType> two, List<CelType> and) {
        all.member(
                "add",
                "quantity_add",
                QUANTITY,
                two,
                Amount.class,
                Amount.class,
                (a, b) -> new Amount(a.number().add(b.number())));
        all.member(
                "add",
                "quantity_add_int",
                QUANTITY,
                and,
                Amount.class,
                Long.class,
                (a, b) -> new Amount(a.number().add(BigDecimal.valueOf(b))));
        all.member(
                "sub",
                "quantity_sub",
                QUANTITY,
                two,
                Amount.class,
                Amount.class,
                (a, b) -> new Amount(a.number().subtract(b.number())));
        all.member(
                "sub",
                "quantity_sub_int",
                QUANTITY,
                and,
                Amount.class,
                Long.class,
                (a, b) -> new Amount(a.number().subtract(BigDecimal.valueOf(b))));
    }

    private static Amount parse(String text) {
        var match = FORM.matcher(text);
        if (match.matches()) {
            var unit = UNITS.get(match.group(2));
            if (unit != null) {
                return new Amount(new BigDecimal(match.group(1)).multiply(unit));
            }
            if (match.group(2).length() > 1 && "eE".indexOf(match.group(2).charAt(0)) >= 0) {
                return new Amount(new BigDecimal(match.group(1) + match.group(2)));
            }
        }
        throw new IllegalArgumentException(
                "quantities must match the regular expression"
                        + " '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'");
    }

    private static boolean isAmount(String text) {
        try {
            parse(text);
            return true;
        } catch (IllegalArgumentException _) {
            return false;
        }
    }

    private static boolean whole(Amount amount) {
        try {
            amount.number().longValueExact();
            return true;
        } catch (ArithmeticException _) {
            return false;
        }
    }

    private static long integer(Amount amount) {
        if (!whole(amount)) {
            throw new IllegalArgumentException("cannot convert value to integer");
        }
        return amount.number().longValueExact();
    }
}
