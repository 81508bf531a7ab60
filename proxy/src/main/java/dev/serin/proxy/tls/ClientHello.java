package dev.serin.proxy.tls;

import io.netty.buffer.ByteBuf;

import org.jspecify.annotations.Nullable;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// What a TLS ClientHello says in the clear, read in passing (RFC 8446, 4.1.2).
///
/// @param serverName by SNI, in lower case
/// @param protocols by ALPN
/// @param ecdsa whether the client takes a certificate with an elliptic curve's key
/// @param valid whether it is one at all; other protocols may begin with the same octet
public record ClientHello(
        @Nullable String serverName, List<String> protocols, boolean ecdsa, boolean valid) {
    private static final int CLIENT_HELLO = 1;
    private static final int SERVER_NAME = 0;
    private static final int SIGNATURES = 13;
    private static final int ALPN = 16;
    private static final int LARGEST = 64 * 1024;
    private static final ClientHello UNREADABLE = new ClientHello(null, List.of(), false, false);

    /// Null if more octets are needed.
    public static @Nullable ClientHello look(ByteBuf in) {
        var hello = in.alloc().heapBuffer(512);
        try {
            var at = in.readerIndex();
            while (true) { // the message may lie in several records
                if (in.writerIndex() < at + 5) {
                    return null;
                }
                if (in.getByte(at) != 0x16 || in.getByte(at + 1) != 3) {
                    return UNREADABLE;
                }
                var length = in.getUnsignedShort(at + 3);
                var there = Math.min(length, in.writerIndex() - at - 5);
                hello.writeBytes(in, at + 5, there);
                if (hello.isReadable() && hello.getByte(0) != CLIENT_HELLO) {
                    return UNREADABLE;
                }
                if (hello.readableBytes() >= 4
                        && hello.readableBytes() - 4 >= hello.getUnsignedMedium(1)) {
                    return read(hello.writerIndex(4 + hello.getUnsignedMedium(1)));
                }
                if (hello.readableBytes() > LARGEST) {
                    return UNREADABLE;
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
        var ecdsa = false;
        try {
            hello.skipBytes(4 + 2 + 32);
            hello.skipBytes(hello.readUnsignedByte());
            hello.skipBytes(hello.readUnsignedShort());
            hello.skipBytes(hello.readUnsignedByte());
            var extensions =
                    hello.isReadable()
                            ? hello.readSlice(hello.readUnsignedShort())
                            : hello.readSlice(0);
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
                } else if (type == SIGNATURES) {
                    ecdsa = ecdsa(body);
                }
            }
        } catch (IndexOutOfBoundsException e) {
            return UNREADABLE;
        }
        return new ClientHello(name, protocols, ecdsa, true);
    }

    /// Whether one of the signature schemes is ECDSA's.
    private static boolean ecdsa(ByteBuf schemes) {
        schemes.skipBytes(2);
        while (schemes.readableBytes() >= 2) {
            var scheme = schemes.readUnsignedShort();
            if ((scheme & 0xff) == 3 && scheme >>> 8 >= 2 && scheme >>> 8 <= 6) {
                return true;
            }
        }
        return false;
    }

    private static String text(ByteBuf from, int length) {
        return from.readCharSequence(length, StandardCharsets.US_ASCII).toString();
    }
}
