package dev.serin.proxy.listener;

import dev.serin.proxy.tls.ClientHello;

import io.netty.buffer.ByteBuf;

import org.jspecify.annotations.Nullable;

import java.nio.charset.StandardCharsets;
import java.util.List;

/// What the first octets of a connection say. Three-valued: null means that more are needed.
///
/// @param transport `tls` or `raw_buffer`
/// @param protocols as in [Facts]
record FirstOctets(@Nullable String serverName, String transport, List<String> protocols) {
    static final FirstOctets UNKNOWN = new FirstOctets(null, "raw_buffer", List.of());

    private static final byte[] PREFACE =
            "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
    private static final int LONGEST_METHOD = 32;
    private static final int LONGEST_LINE = 64 * 1024;

    /// Looks without reading.
    static @Nullable FirstOctets look(ByteBuf in, boolean tls, boolean http) {
        if (tls && in.isReadable() && in.getByte(in.readerIndex()) == 0x16) {
            var hello = ClientHello.look(in);
            if (hello == null) {
                return null;
            }
            if (hello.valid()) {
                return new FirstOctets(hello.serverName(), "tls", hello.protocols());
            }
        }
        return http ? http(in) : UNKNOWN;
    }

    private static @Nullable FirstOctets http(ByteBuf in) {
        var start = in.readerIndex();
        var size = in.readableBytes();
        if (preface(in, start, size)) {
            return size < PREFACE.length
                    ? null
                    : new FirstOctets(null, "raw_buffer", List.of("h2c"));
        }
        var line = in.indexOf(start, in.writerIndex(), (byte) '\n');
        if (!token(in, start, size)) {
            return UNKNOWN;
        }
        if (line < 0) {
            return size < LONGEST_LINE ? null : UNKNOWN;
        }
        var end = line > start && in.getByte(line - 1) == '\r' ? line - 1 : line;
        if (end - start < 14) {
            return UNKNOWN;
        }
        var version = in.toString(end - 9, 9, StandardCharsets.US_ASCII);
        return switch (version) {
            case " HTTP/1.1" -> new FirstOctets(null, "raw_buffer", List.of("http/1.1"));
            case " HTTP/1.0" -> new FirstOctets(null, "raw_buffer", List.of("http/1.0"));
            default -> UNKNOWN;
        };
    }

    private static boolean preface(ByteBuf in, int start, int size) {
        for (var i = 0; i < Math.min(size, PREFACE.length); i++) {
            if (in.getByte(start + i) != PREFACE[i]) {
                return false;
            }
        }
        return true;
    }

    /// Whether it begins as a method does: capital letters, then a space, then a target.
    private static boolean token(ByteBuf in, int start, int size) {
        for (var i = 0; i < size; i++) {
            var c = in.getByte(start + i);
            if (c == ' ') {
                return i > 0 && (i + 1 >= size || in.getByte(start + i + 1) > ' ');
            }
            if (i >= LONGEST_METHOD || !(c >= 'A' && c <= 'Z' || c == '-' || c == '_')) {
                return false;
            }
        }
        return true;
    }
}
