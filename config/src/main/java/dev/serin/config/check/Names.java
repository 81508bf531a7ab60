package dev.serin.config.check;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;

import org.jspecify.annotations.Nullable;

/// What names may look like: the forms of RFC 1123, of labels, hosts, headers and the like. Each
/// rule answers with what the text must be, or null if it is.
final class Names {
    private static final Pattern LABEL = Pattern.compile("[a-z0-9]([-a-z0-9]*[a-z0-9])?");
    private static final Pattern SERVICE = Pattern.compile("[a-z]([-a-z0-9]*[a-z0-9])?");
    private static final Pattern DOMAIN =
            Pattern.compile("[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*");
    private static final Pattern QUALIFIED =
            Pattern.compile("([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]");
    private static final Pattern HOST =
            Pattern.compile(
                    "(\\*|[a-zA-Z0-9_]([-a-zA-Z0-9_]*[a-zA-Z0-9_])?)"
                            + "(\\.[a-zA-Z0-9_]([-a-zA-Z0-9_]*[a-zA-Z0-9_])?)*\\.?");
    private static final Pattern HEADER = Pattern.compile("[-!#$%&'*+.^_`|~0-9A-Za-z]+");
    private static final Pattern CONFIG_KEY = Pattern.compile("[-._a-zA-Z0-9]+");
    private static final Pattern PORT_NAME = Pattern.compile("[a-z0-9]([-a-z0-9]*[a-z0-9])?");
    private static final Pattern IPV4 =
            Pattern.compile(
                    "(25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])(\\.(25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])){3}");
    private static final Pattern IPV6 = Pattern.compile("[0-9a-fA-F:]*:[0-9a-fA-F:.]*");

    private static final String LETTERS = "lower case letters, digits and -";

    private Names() {}

    /// Part of a path, such as the name of a role.
    static @Nullable String pathSegment(String text) {
        if (text.equals(".") || text.equals("..")) {
            return "may not be '" + text + "'";
        }
        for (var word : new String[] {"/", "%"}) {
            if (text.contains(word)) {
                return "may not contain '" + word + "'";
            }
        }
        return null;
    }

    /// A DNS label, such as the name of a namespace.
    static @Nullable String label(String text) {
        return LABEL.matches(text) && text.length() <= 63
                ? null
                : "must be 1 to 63 " + LETTERS + ", a letter or digit at both ends";
    }

    /// The name of a service: a label that begins with a letter.
    static @Nullable String service(String text) {
        return SERVICE.matches(text) && text.length() <= 63
                ? null
                : "must be 1 to 63 " + LETTERS + ", a letter first, a letter or digit last";
    }

    /// A DNS name, such as the name of most resources.
    static @Nullable String domain(String text) {
        return DOMAIN.matches(text) && text.length() <= 253
                ? null
                : "must be labels of "
                        + LETTERS
                        + " with dots between, a letter or digit at both"
                        + " ends of each, 253 characters at most";
    }

    /// The key of a label or an annotation: a name, after a DNS name and / if need be.
    static @Nullable String labelKey(String text) {
        var slash = text.indexOf('/');
        var name = text.substring(slash + 1);
        var right =
                QUALIFIED.matches(name)
                        && name.length() <= 63
                        && (slash < 0 || domain(text.substring(0, slash)) == null);
        return right
                ? null
                : "must have a key of 1 to 63 letters, digits, -, _ and ., with a DNS name and /"
                        + " before it if need be";
    }

    static @Nullable String labelValue(String text) {
        return text.isEmpty() || QUALIFIED.matches(text) && text.length() <= 63
                ? null
                : "must be at most 63 letters, digits, -, _ and ., a letter or digit at both ends";
    }

    /// A host: a name, short or full, perhaps with a wildcard as its first label, or an address.
    static @Nullable String host(String text) {
        return text.length() <= 255 && (HOST.matches(text) || isAddress(text))
                ? null
                : "must be a host name such as reviews, reviews.default.svc.cluster.local or"
                        + " *.example.org";
    }

    static @Nullable String header(String text) {
        return HEADER.matches(text) ? null : "must be the name of a header";
    }

    static @Nullable String configKey(String text) {
        return CONFIG_KEY.matches(text) && text.length() <= 253
                ? null
                : "must have keys of letters, digits, -, _ and .";
    }

    /// The name of a container's or service's port.
    static @Nullable String portName(String text, int most) {
        return PORT_NAME.matches(text) && text.length() <= most && !text.contains("--")
                ? null
                : "must be 1 to " + most + " " + LETTERS + ", a letter or digit at both ends";
    }

    static boolean isAddress(String text) {
        return IPV4.matches(text) || IPV6.matches(text);
    }

    /// An address, with / and the length of a prefix if need be.
    static @Nullable String subnet(String text) {
        var slash = text.indexOf('/');
        var address = slash < 0 ? text : text.substring(0, slash);
        var right = isAddress(address);
        if (right && slash >= 0) {
            try {
                var length = Integer.parseInt(text.substring(slash + 1));
                right = length >= 0 && length <= (address.contains(":") ? 128 : 32);
            } catch (NumberFormatException e) {
                right = false;
            }
        }
        return right ? null : "must be an address or a subnet such as 10.1.0.0/16";
    }

    /// An expression in RE2's syntax, short enough to be run for every request.
    static @Nullable String regex(String text) {
        if (text.isEmpty() || text.length() > 1024) {
            return "must be an expression of 1 to 1024 characters";
        }
        try {
            Pattern.compile(text);
            return null;
        } catch (PatternSyntaxException e) {
            return "must be an expression in RE2's syntax (" + e.getDescription() + ")";
        }
    }
}
