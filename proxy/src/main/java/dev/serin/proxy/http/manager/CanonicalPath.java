package dev.serin.proxy.http.manager;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;

/// A path in the form that browsers give it: no dot segments, slashes for backslashes, escapes only
/// where they are needed and everywhere there.
final class CanonicalPath {
    private static final String ESCAPED = " \"<>^`{|}";

    private CanonicalPath() {}

    /// Null if it holds an escaped zero, which ends texts in some servers.
    static @Nullable String of(String path) {
        var text = new StringBuilder(path.length());
        for (var i = 0; i < path.length(); i++) {
            var c = path.charAt(i);
            if (c == '%') {
                var octet = octet(path, i);
                if (octet == 0) {
                    return null;
                }
                if (octet > 0 && unreserved((char) octet)) {
                    text.append((char) octet);
                    i += 2;
                } else {
                    text.append(c);
                }
            } else if (c == '\\') {
                text.append('/');
            } else if (ESCAPED.indexOf(c) >= 0) {
                text.append('%').append(hex(c >> 4)).append(hex(c & 15));
            } else {
                text.append(c);
            }
        }
        return segments(text.toString());
    }

    /// As RFC 3986, 5.2.4.
    private static String segments(String path) {
        if (!path.contains("/.")) {
            return path;
        }
        var kept = new ArrayList<String>();
        var segments = path.split("/", -1);
        for (var i = 1; i < segments.length; i++) {
            var segment = segments[i];
            var last = i == segments.length - 1;
            switch (segment) {
                case ".." -> {
                    if (!kept.isEmpty()) {
                        kept.removeLast();
                    }
                }
                case "." -> {}
                default -> {
                    kept.add(segment);
                    continue;
                }
            }
            if (last) {
                kept.add("");
            }
        }
        return "/" + String.join("/", kept);
    }

    /// The octet that is escaped at `at`; -1 if none is.
    private static int octet(String path, int at) {
        if (at + 2 >= path.length()) {
            return -1;
        }
        var high = Character.digit(path.charAt(at + 1), 16);
        var low = Character.digit(path.charAt(at + 2), 16);
        return high < 0 || low < 0 ? -1 : high << 4 | low;
    }

    private static boolean unreserved(char c) {
        return c >= 'a' && c <= 'z'
                || c >= 'A' && c <= 'Z'
                || c >= '0' && c <= '9'
                || c == '-'
                || c == '.'
                || c == '_'
                || c == '~';
    }

    private static char hex(int digit) {
        return "0123456789ABCDEF".charAt(digit);
    }
}
