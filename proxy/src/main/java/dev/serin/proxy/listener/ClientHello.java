package dev.serin.proxy.listener;

import io.netty.buffer.ByteBuf;

import org.jspecify.annotations.Nullable;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// Name and protocols out of a TLS ClientHello, read in passing (RFC 8446, 4.1.2).
record ClientHello(@Nullable String serverName, List<String> protocols) {
    private static final int SERVER_NAME = 0;
    private static final int ALPN = 16;
    private static final int LARGEST = 64 * 1024;

    FirstOctets facts() {
        return new FirstOctets(serverName, "tls", protocols);
    }

    /// Null if more octets are needed; without name and protocols if it is TLS but unreadable.
    static @Nullable ClientHello look(ByteBuf in) {
        var hello = in.alloc().heapBuffer(512);
        try {
            var at = in.readerIndex();
            while (true) { // the message may lie in several records
                if (in.writerIndex() < at + 5) {
                    return null;
                }
                if (in.getByte(at) != 0x16) {
                    return new ClientHello(null, List.of());
                }
                var length = in.getUnsignedShort(at + 3);
                var there = Math.min(length, in.writerIndex() - at - 5);
                hello.writeBytes(in, at + 5, there);
                if (hello.readableBytes() >= 4
                        && hello.readableBytes() - 4 >= hello.getUnsignedMedium(1)) {
                    return read(hello);
                }
                if (hello.readableBytes() > LARGEST) {
                    return new ClientHello(null, List.of());
                }
                if (there < length) {
                    return null;
                }
                at += 5 + length;
            }
        } finally {
            hello.release();
        }
    }

    private static ClientHello read(ByteBuf hello) {
        String name = null;
        var protocols = new ArrayList<String>();
        try {
            hello.skipBytes(4 + 2 + 32);
            hello.skipBytes(hello.readUnsignedByte());
            hello.skipBytes(hello.readUnsignedShort());
            hello.skipBytes(hello.readUnsignedByte());
            var extensions = hello.readSlice(hello.readUnsignedShort());
            while (extensions.isReadable()) {
                var type = extensions.readUnsignedShort();
                var body = extensions.readSlice(extensions.readUnsignedShort());
                if (type == SERVER_NAME && body.isReadable()) {
                    body.skipBytes(3);
                    name = text(body, body.readUnsignedShort()).toLowerCase(Locale.ROOT);
                } else if (type == ALPN) {
                    body.skipBytes(2);
                    while (body.isReadable()) {
                        protocols.add(text(body, body.readUnsignedByte()));
                    }
                }
            }
        } catch (IndexOutOfBoundsException e) {
            return new ClientHello(name, protocols); // what could be read
        }
        return new ClientHello(name, protocols);
    }

    private static String text(ByteBuf from, int length) {
        return from.readCharSequence(length, StandardCharsets.US_ASCII).toString();
    }
}
