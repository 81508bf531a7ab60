package dev.serin.conformance.differential.scenario;

import org.jspecify.annotations.Nullable;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// The head of an HTTP/1.1 message exactly as it came, the case of its names included.
///
/// @param start the first line
public record Http1Message(String start, List<Map.Entry<String, String>> headers) {
    private static final int CHUNKED = -1;
    private static final int TO_THE_END = -2;

    /// The next one; null if the connection has ended before its first octet.
    ///
    /// @throws EOFException if it ends within
    public static @Nullable Http1Message head(InputStream in) throws IOException {
        var start = line(in);
        if (start == null) {
            return null;
        }
        return new Http1Message(start, fields(in));
    }

    private static List<Map.Entry<String, String>> fields(InputStream in) throws IOException {
        var headers = new ArrayList<Map.Entry<String, String>>();
        while (true) {
            var line = line(in);
            if (line == null) {
                throw new EOFException("within a head");
            }
            if (line.isEmpty()) {
                return List.copyOf(headers);
            }
            var colon = line.indexOf(':');
            headers.add(
                    Map.entry(
                            colon < 0 ? line : line.substring(0, colon),
                            colon < 0 ? "" : line.substring(colon + 1).strip()));
        }
    }

    private static @Nullable String line(InputStream in) throws IOException {
        var line = new ByteArrayOutputStream();
        while (true) {
            var octet = in.read();
            if (octet < 0) {
                if (line.size() == 0) {
                    return null;
                }
                throw new EOFException("within a line");
            }
            if (octet == '\n') {
                var text = line.toString(StandardCharsets.ISO_8859_1);
                return text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
            }
            line.write(octet);
        }
    }

    /// The first value of this name, whatever its case.
    public @Nullable String first(String name) {
        return headers.stream()
                .filter(h -> h.getKey().equalsIgnoreCase(name))
                .map(Map.Entry::getValue)
                .findFirst()
                .orElse(null);
    }

    public int status() {
        return start.length() < 12 ? 0 : Integer.parseInt(start.substring(9, 12));
    }

    /// How long a request's body is.
    public int requestFraming() {
        var framing = framing();
        return framing == TO_THE_END ? 0 : framing;
    }

    /// How long a response's body is.
    public int responseFraming(String method) {
        var status = status();
        return method.equals("HEAD") || status < 200 || status == 204 || status == 304
                ? 0
                : framing();
    }

    private int framing() {
        var coding = first("transfer-encoding");
        if (coding != null && coding.toLowerCase(Locale.ROOT).contains("chunked")) {
            return CHUNKED;
        }
        var length = first("content-length");
        return length == null ? TO_THE_END : Integer.parseInt(length);
    }

    /// A body while it is read; what came before it broke off can be asked for.
    public static final class Body {
        private final ByteArrayOutputStream octets = new ByteArrayOutputStream();
        private List<Map.Entry<String, String>> trailers = List.of();

        /// @param framing as a head says
        /// @throws IOException if it breaks off
        public void read(InputStream in, int framing) throws IOException {
            if (framing == TO_THE_END) {
                in.transferTo(octets);
            } else if (framing == CHUNKED) {
                chunks(in);
            } else {
                exactly(in, framing);
            }
        }

        private void chunks(InputStream in) throws IOException {
            while (true) {
                var line = line(in);
                if (line == null) {
                    throw new EOFException("within a chunked body");
                }
                var size = Integer.parseInt(line.split(";", 2)[0].strip(), 16);
                if (size == 0) {
                    trailers = fields(in);
                    return;
                }
                exactly(in, size);
                line(in);
            }
        }

        private void exactly(InputStream in, int count) throws IOException {
            var buffer = new byte[16 * 1024];
            for (var left = count; left > 0; ) {
                var read = in.read(buffer, 0, Math.min(left, buffer.length));
                if (read < 0) {
                    throw new EOFException("within a body");
                }
                octets.write(buffer, 0, read);
                left -= read;
            }
        }

        public byte[] octets() {
            return octets.toByteArray();
        }

        public List<Map.Entry<String, String>> trailers() {
            return trailers;
        }
    }
}
