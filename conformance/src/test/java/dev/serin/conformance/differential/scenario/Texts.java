package dev.serin.conformance.differential.scenario;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.CRC32;

/// Octets and headers as a person reads them in a report.
public final class Texts {
    private static final int LONG = 2000;

    private Texts() {}

    /// The octets themselves if they are few, else how many and their checksum.
    public static String shown(byte[] octets) {
        if (octets.length > LONG) {
            var sum = new CRC32();
            sum.update(octets);
            return octets.length + " octets, checksum " + Long.toHexString(sum.getValue());
        }
        var text = new StringBuilder();
        for (var c : new String(octets, StandardCharsets.ISO_8859_1).toCharArray()) {
            if (c == '\n') {
                text.append("\\n");
            } else if (c == '\r') {
                text.append("\\r");
            } else if (c < 0x20 || c >= 0x7f) {
                text.append("\\x%02x".formatted((int) c));
            } else {
                text.append(c);
            }
        }
        return text.toString();
    }

    /// Values by name; several of one name in their order, with ` && ` between.
    public static Map<String, String> grouped(List<Map.Entry<String, String>> headers) {
        var grouped = new TreeMap<String, String>();
        headers.forEach(h -> grouped.merge(h.getKey(), h.getValue(), (a, b) -> a + " && " + b));
        return grouped;
    }
}
