package dev.serin.local.api.cel.function;

import dev.cel.common.CelOverloadDecl;
import dev.cel.common.types.CelType;
import dev.cel.common.types.OpaqueType;
import dev.cel.common.types.SimpleType;

import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;

/// Kubernetes' functions of semantic versions such as `1.2.3-rc.1`.
final class SemanticVersions {
    private static final CelType SEMVER = OpaqueType.create("kubernetes.Semver");
    private static final String NUMBER = "(0|[1-9][0-9]*)";
    private static final Pattern FORM =
            Pattern.compile(
                    NUMBER
                            + "\\."
                            + NUMBER
                            + "\\."
                            + NUMBER
                            + "(?:-([0-9A-Za-z.-]+))?(?:\\+([0-9A-Za-z.-]+))?");

    private SemanticVersions() {}

    /// What stands behind `+` tells nothing about the order.
    record Semver(long major, long minor, long patch, String before, String build)
            implements Comparable<Semver> {
        @Override
        public int compareTo(Semver other) {
            for (var order :
                    new int[] {
                        Long.compare(major, other.major),
                        Long.compare(minor, other.minor),
                        Long.compare(patch, other.patch)
                    }) {
                if (order != 0) {
                    return order;
                }
            }
            if (before.isEmpty() || other.before.isEmpty()) {
                return Boolean.compare(before.isEmpty(), other.before.isEmpty());
            }
            return Integer.signum(
                    Arrays.compare(before.split("\\."), other.before.split("\\."), Semver::parts));
        }

        private static int parts(String one, String other) {
            var a = one.matches("[0-9]+");
            var b = other.matches("[0-9]+");
            return a && b
                    ? Long.compare(Long.parseLong(one), Long.parseLong(other))
                    : a == b ? one.compareTo(other) : a ? -1 : 1;
        }

        @Override
        public boolean equals(@org.jspecify.annotations.Nullable Object other) {
            return other instanceof Semver version && compareTo(version) == 0;
        }

        @Override
        public int hashCode() {
            return Long.hashCode(major * 31 + minor) * 31 + Long.hashCode(patch);
        }
    }

    static Functions all() {
        var text = SimpleType.STRING;
        var two = List.of(SEMVER, SEMVER);
        var all = new Functions();
        all.global("semver", "string_to_semver", SEMVER, text, String.class, t -> parse(t, false));
        all.global(
                "semver",
                CelOverloadDecl.newGlobalOverload(
                        "string_bool_to_semver", SEMVER, text, SimpleType.BOOL),
                given -> parse((String) given[0], (Boolean) given[1]),
                String.class,
                Boolean.class);
        all.global(
                "isSemver",
                "is_semver_string",
                SimpleType.BOOL,
                text,
                String.class,
                t -> is(t, false));
        all.global(
                "isSemver",
                CelOverloadDecl.newGlobalOverload(
                        "is_semver_string_bool", SimpleType.BOOL, text, SimpleType.BOOL),
                given -> is((String) given[0], (Boolean) given[1]),
                String.class,
                Boolean.class);
        number(all, "major", Semver::major);
        number(all, "minor", Semver::minor);
        number(all, "patch", Semver::patch);
        all.member(
                "isGreaterThan",
                "semver_is_greater_than",
                SimpleType.BOOL,
                two,
                Semver.class,
                Semver.class,
                (a, b) -> a.compareTo(b) > 0);
        all.member(
                "isLessThan",
                "semver_is_less_than",
                SimpleType.BOOL,
                two,
                Semver.class,
                Semver.class,
                (a, b) -> a.compareTo(b) < 0);
        all.member(
                "compareTo",
                "semver_compare_to",
                SimpleType.INT,
                two,
                Semver.class,
                Semver.class,
                (a, b) -> (long) a.compareTo(b));
        return all;
    }

    private static void number(
            Functions all, String name, java.util.function.ToLongFunction<Semver> part) {
        all.member(name, "semver_" + name, SimpleType.INT, SEMVER, Semver.class, part::applyAsLong);
    }

    /// @param lax a leading v, missing numbers and leading zeros are taken
    private static Semver parse(String text, boolean lax) {
        var form = lax ? normal(text) : text;
        var match = FORM.matcher(form);
        if (!match.matches()) {
            throw new IllegalArgumentException(
                    "\"" + text + "\" is no semantic version such as 1.2.3");
        }
        return new Semver(
                Long.parseLong(match.group(1)),
                Long.parseLong(match.group(2)),
                Long.parseLong(match.group(3)),
                match.group(4) == null ? "" : match.group(4),
                match.group(5) == null ? "" : match.group(5));
    }

    private static String normal(String text) {
        var plain = text.startsWith("v") ? text.substring(1) : text;
        var end = 0;
        while (end < plain.length() && "0123456789.".indexOf(plain.charAt(end)) >= 0) {
            end++;
        }
        var numbers = plain.substring(0, end).replaceAll("(^|\\.)0+(?=[0-9])", "$1");
        var dots = numbers.chars().filter(c -> c == '.').count();
        return numbers + ".0".repeat((int) Math.max(0, 2 - dots)) + plain.substring(end);
    }

    private static boolean is(String text, boolean lax) {
        try {
            parse(text, lax);
            return true;
        } catch (IllegalArgumentException _) {
            return false;
        }
    }
}
