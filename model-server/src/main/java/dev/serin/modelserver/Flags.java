package dev.serin.modelserver;

import dev.serin.base.Problem;
import dev.serin.base.ProblemException;

import org.jspecify.annotations.Nullable;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// The flags that a server was started with: every flag of [Flag#ALL] has a value, given or by
/// default. Immutable.
final class Flags {
    private final Map<String, String> given;
    private final List<Problem> warnings;

    private Flags(Map<String, String> given, List<Problem> warnings) {
        this.given = Map.copyOf(given);
        this.warnings = List.copyOf(warnings);
    }

    /// Reads `--flag=value`, `--flag value` and, for booleans, `--flag`. Of two values of a flag
    /// the later counts.
    ///
    /// @param lenient whether an unknown flag is a warning, as where a container spec starts the
    ///   server, instead of an error
    /// @throws ProblemException naming every flag that is wrong
    static Flags read(List<String> arguments, boolean lenient) {
        var given = new HashMap<String, String>();
        var warnings = new ArrayList<Problem>();
        var errors = new ArrayList<Problem>();
        for (int i = 0; i < arguments.size(); i++) {
            var argument = arguments.get(i);
            int equals = argument.indexOf('=');
            var name = equals < 0 ? argument : argument.substring(0, equals);
            var flag = find(name);
            if (flag == null) {
                (lenient ? warnings : errors).add(unknown(argument, name));
                if (equals < 0 && isValue(arguments, i + 1)) {
                    i++;
                }
                continue;
            }
            String value;
            if (equals >= 0) {
                value = argument.substring(equals + 1);
            } else if (flag.kind() == Flag.Kind.BOOLEAN) {
                value = "true";
            } else if (i + 1 < arguments.size()) {
                value = arguments.get(++i);
            } else {
                errors.add(wrong(flag, "it has no value"));
                continue;
            }
            if (fits(flag.kind(), value)) {
                given.put(flag.name(), value);
            } else {
                errors.add(wrong(flag, "'" + value + "'"));
            }
            // Who asks for what is the case anyway misses nothing: the image's own command line
            // does.
            if (!flag.byDefault().equals(given.get(flag.name()))) {
                notice(flag, warnings);
            }
        }
        if (!errors.isEmpty()) {
            throw new ProblemException(errors);
        }
        return new Flags(given, warnings);
    }

    private static boolean isValue(List<String> arguments, int i) {
        return i < arguments.size() && !arguments.get(i).startsWith("-");
    }

    private static void notice(Flag flag, List<Problem> warnings) {
        switch (flag.effect()) {
            case NOT_YET ->
                    warnings.add(
                            Problem.of(
                                    "flag --" + flag.name(),
                                    "it has no effect in this version of the server",
                                    "leave it out to silence this"));
            case NONE ->
                    warnings.add(
                            Problem.of(
                                    "flag --" + flag.name(),
                                    "it has no meaning for this server and is ignored",
                                    "leave it out to silence this"));
            case HONOURED -> {}
        }
    }

    private static Problem unknown(String argument, String name) {
        return new Problem(
                "flag " + argument,
                "there is no such flag",
                "a flag of TensorFlow Serving, --name=value",
                "did you mean --" + nearest(name.replaceFirst("^-+", "")) + "?");
    }

    private static Problem wrong(Flag flag, String found) {
        var expected =
                switch (flag.kind()) {
                    case BOOLEAN -> "true or false";
                    case INTEGER -> "a whole number";
                    case DECIMAL -> "a number";
                    case TEXT -> "a text";
                };
        return new Problem("flag --" + flag.name(), found, expected, null);
    }

    private static boolean fits(Flag.Kind kind, String value) {
        try {
            return switch (kind) {
                case BOOLEAN -> List.of("true", "false", "1", "0").contains(value);
                case INTEGER -> Long.parseLong(value) >= Integer.MIN_VALUE;
                case DECIMAL -> new BigDecimal(value).signum() >= 0;
                case TEXT -> true;
            };
        } catch (NumberFormatException e) {
            return false;
        }
    }

    private static @Nullable Flag find(String argument) {
        for (var flag : Flag.ALL) {
            if (argument.equals("--" + flag.name()) || argument.equals("-" + flag.name())) {
                return flag;
            }
        }
        return null;
    }

    private static String nearest(String name) {
        var best = "model_base_path";
        int least = Integer.MAX_VALUE;
        for (var flag : Flag.ALL) {
            // People leave out the end of a name as often as they mistype it.
            var start = flag.name().substring(0, Math.min(name.length(), flag.name().length()));
            int distance = Math.min(distance(name, flag.name()), 1 + distance(name, start));
            if (distance < least) {
                least = distance;
                best = flag.name();
            }
        }
        return best;
    }

    /// Letters to insert, delete or replace to make one word the other.
    private static int distance(String a, String b) {
        var row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int replaced = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(replaced, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return row[b.length()];
    }

    /// What the person who started the server should know.
    List<Problem> warnings() {
        return warnings;
    }

    boolean isGiven(String name) {
        return given.containsKey(name);
    }

    String text(String name) {
        var value = given.get(name);
        if (value != null) {
            return value;
        }
        var flag = find("--" + name);
        if (flag == null) {
            throw new IllegalArgumentException("no flag " + name);
        }
        return flag.byDefault();
    }

    boolean bool(String name) {
        return text(name).equals("true") || text(name).equals("1");
    }

    long integer(String name) {
        return Long.parseLong(text(name));
    }
}
