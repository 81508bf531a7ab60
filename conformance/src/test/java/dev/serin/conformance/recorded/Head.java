package dev.serin.conformance.recorded;

import org.jspecify.annotations.Nullable;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/// The start of an HTTP/1.1 message: its first line and its fields.
record Head(String first, List<String> fields) {
    /// Null where the connection ends instead.
    static @Nullable Head read(InputStream in) throws IOException {
        var text = new ByteArrayOutputStream();
        for (var last = 0; last < 4; ) {
            var octet = in.read();
            if (octet < 0) {
                return null;
            }
            text.write(octet);
            last = octet == (last % 2 == 0 ? '\r' : '\n') ? last + 1 : octet == '\r' ? 1 : 0;
        }
        var lines = text.toString(StandardCharsets.ISO_8859_1).lines().toList();
        return new Head(
                lines.getFirst(),
                lines.subList(1, lines.size()).stream().filter(l -> !l.isEmpty()).toList());
    }

    String method() {
        return first.split(" ", -1)[0];
    }

    String path() {
        return first.split(" ", -1)[1];
    }

    int status() {
        return Integer.parseInt(first.split(" ", -1)[1]);
    }

    String field(String name) {
        return named().getOrDefault(name, "");
    }

    Map<String, String> named() {
        var all = new TreeMap<String, String>(String.CASE_INSENSITIVE_ORDER);
        for (var field : fields) {
            var colon = field.indexOf(':');
            all.put(field.substring(0, colon), field.substring(colon + 1).strip());
        }
        return all;
    }

    boolean upgrades() {
        var to = field("Upgrade").toLowerCase(Locale.ROOT);
        return to.equals("websocket") || to.startsWith("spdy");
    }

    /// Without some fields, and with others.
    Head with(List<String> without, List<String> more) {
        var all = new ArrayList<String>();
        for (var field : fields) {
            if (without.stream()
                    .noneMatch(name ->
                            field.regionMatches(true, 0, name + ":", 0, name.length() + 1))) {
                all.add(field);
            }
        }
        all.addAll(more);
        return new Head(first, all);
    }

    byte[] octets() {
        return (first + "\r\n" + String.join("\r\n", fields) + "\r\n\r\n")
                .getBytes(StandardCharsets.ISO_8859_1);
    }

    /// What follows it, whole.
    byte[] body(InputStream in) throws IOException {
        if (field("Transfer-Encoding").equalsIgnoreCase("chunked")) {
            return chunks(in);
        }
        var length = field("Content-Length");
        return length.isEmpty() ? new byte[0] : in.readNBytes(Integer.parseInt(length));
    }

    static byte[] chunks(InputStream in) throws IOException {
        var all = new ByteArrayOutputStream();
        while (true) {
            var line = line(in);
            if (line.isEmpty()) {
                return all.toByteArray();
            }
            var size = Integer.parseInt(line.split(";", -1)[0].strip(), 16);
            all.write(in.readNBytes(size));
            line(in);
            if (size == 0) {
                return all.toByteArray();
            }
        }
    }

    private static String line(InputStream in) throws IOException {
        var text = new StringBuilder();
        for (var octet = in.read(); octet >= 0 && octet != '\n'; octet = in.read()) {
            if (octet != '\r') {
                text.append((char) octet);
            }
        }
        return text.toString();
    }
}
