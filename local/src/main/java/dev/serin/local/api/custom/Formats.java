package dev.serin.local.api.custom;

import com.google.re2j.Pattern;

import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.util.Base64;
import java.util.Map;
import java.util.Set;

/// The formats of texts that Kubernetes checks; any other is a comment.
final class Formats {
    private static final String OCTET = "(25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])";
    private static final Pattern IPV4 = Pattern.compile("^((" + OCTET + "\\.){3}" + OCTET + ")$");
    private static final Map<String, Pattern> PATTERNS =
            Map.ofEntries(
                    Map.entry("ipv4", IPV4),
                    pattern("mac", "([0-9a-fA-F]{2}[:-]){5}[0-9a-fA-F]{2}"),
                    pattern("email", "[^@\\s]+@[^@\\s]+"),
                    pattern("hostname", "[a-zA-Z0-9]([-a-zA-Z0-9.]{0,252}[a-zA-Z0-9])?"),
                    pattern(
                            "uuid",
                            "(?i)[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}"),
                    pattern("hexcolor", "#?([0-9a-fA-F]{3}|[0-9a-fA-F]{6})"),
                    pattern("duration", "[+-]?([0-9]+(\\.[0-9]*)?(ns|us|µs|ms|s|m|h|d|w))+|0"));

    /// All that a definition may name without a warning.
    static final Set<String> KNOWN =
            Set.of(
                    "bsonobjectid",
                    "uri",
                    "email",
                    "hostname",
                    "ipv4",
                    "ipv6",
                    "cidr",
                    "mac",
                    "uuid",
                    "uuid3",
                    "uuid4",
                    "uuid5",
                    "isbn",
                    "isbn10",
                    "isbn13",
                    "creditcard",
                    "ssn",
                    "hexcolor",
                    "rgbcolor",
                    "byte",
                    "password",
                    "date",
                    "duration",
                    "datetime",
                    "date-time",
                    "int32",
                    "int64",
                    "float",
                    "double",
                    "k8s-short-name",
                    "k8s-long-name");

    private Formats() {}

    private static Map.Entry<String, Pattern> pattern(String name, String pattern) {
        return Map.entry(name, Pattern.compile("^(" + pattern + ")$"));
    }

    static boolean matches(String format, String text) {
        var pattern = PATTERNS.get(format);
        if (pattern != null) {
            return pattern.matcher(text).matches();
        }
        try {
            switch (format) {
                case "date-time", "datetime" -> OffsetDateTime.parse(text.replace(' ', 'T'));
                case "date" -> LocalDate.parse(text);
                case "byte" -> Base64.getDecoder().decode(text);
                case "uri" -> new URI(text);
                case "ipv6" -> {
                    return text.indexOf(':') >= 0 && address(text) == 128;
                }
                case "cidr" -> {
                    var cut = text.indexOf('/');
                    return cut > 0
                            && text.substring(cut + 1).matches("0|[1-9][0-9]{0,2}")
                            && Integer.parseInt(text.substring(cut + 1))
                                    <= address(text.substring(0, cut));
                }
                default -> {}
            }
            return true;
        } catch (DateTimeException | IllegalArgumentException | URISyntaxException e) {
            return false;
        }
    }

    /// How many bits an address has, -1 for what is none.
    private static int address(String text) {
        if (text.indexOf(':') < 0) {
            return IPV4.matcher(text).matches() ? 32 : -1;
        }
        // Of the hexadecimal form alone: a literal may also name an interface.
        return text.matches("[0-9a-fA-F:.]+") && InetAddress.ofLiteral(text) != null ? 128 : -1;
    }
}
