package dev.serin.proxy.listener;

import com.google.protobuf.ByteString;

import dev.serin.proxy.socket.IpLiteral;
import dev.serin.proxy.transport.ProxiedClient;
import dev.serin.proxy.transport.ProxiedClient.Tlv;

import io.netty.buffer.ByteBuf;

import org.jspecify.annotations.Nullable;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// A PROXY header as it came, of version 1 or 2 (HAProxy's proxy-protocol.txt).
///
/// @param version 0 if there is none
/// @param client null where the header tells of nobody
record ProxyHeader(int version, @Nullable ProxiedClient client) {
    static final ProxyHeader NONE = new ProxyHeader(0, null);

    private static final byte[] TEXT = "PROXY ".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] BINARY = {
        0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a
    };
    private static final int LONGEST_TEXT = 107;

    /// What came is no PROXY header though it begins as one.
    static final class Broken extends Exception {
        private static final long serialVersionUID = 1;

        Broken(String message) {
            super(message, null, false, false);
        }
    }

    /// Reads it, and takes it out of `in`; null if more octets are needed.
    static @Nullable ProxyHeader read(ByteBuf in) throws Broken {
        if (begins(in, TEXT)) {
            return in.readableBytes() < TEXT.length ? null : text(in);
        }
        if (begins(in, BINARY)) {
            return in.readableBytes() < BINARY.length + 4 ? null : binary(in);
        }
        return NONE;
    }

    private static boolean begins(ByteBuf in, byte[] with) {
        var size = Math.min(in.readableBytes(), with.length);
        for (var i = 0; i < size; i++) {
            if (in.getByte(in.readerIndex() + i) != with[i]) {
                return false;
            }
        }
        return true;
    }

    private static @Nullable ProxyHeader text(ByteBuf in) throws Broken {
        var end = in.indexOf(in.readerIndex(), in.writerIndex(), (byte) '\n');
        if (end < 0) {
            if (in.readableBytes() >= LONGEST_TEXT) {
                throw new Broken("the line does not end");
            }
            return null;
        }
        var length = end + 1 - in.readerIndex();
        var line = in.readCharSequence(length, StandardCharsets.US_ASCII).toString();
        if (length > LONGEST_TEXT || !line.endsWith("\r\n")) {
            throw new Broken("the line does not end as it should");
        }
        var words = line.strip().split(" ", -1);
        if (words[1].equals("UNKNOWN")) {
            return new ProxyHeader(1, null);
        }
        if (words.length != 6 || !words[1].equals("TCP4") && !words[1].equals("TCP6")) {
            throw new Broken("'" + line.strip() + "'");
        }
        try {
            return new ProxyHeader(
                    1,
                    new ProxiedClient(
                            address(words[1], words[2], words[4]),
                            address(words[1], words[3], words[5]),
                            List.of()));
        } catch (IllegalArgumentException e) {
            throw new Broken("'" + line.strip() + "'");
        }
    }

    /// @throws IllegalArgumentException if it is none of that family
    private static InetSocketAddress address(String family, String host, String port) {
        var address = IpLiteral.of(host);
        if (address instanceof Inet4Address != family.equals("TCP4")) {
            throw new IllegalArgumentException(host);
        }
        return new InetSocketAddress(address, Integer.parseInt(port));
    }

    private static @Nullable ProxyHeader binary(ByteBuf in) throws Broken {
        var start = in.readerIndex();
        var command = in.getUnsignedByte(start + 12);
        var family = in.getUnsignedByte(start + 13);
        var length = in.getUnsignedShort(start + 14);
        if (command >>> 4 != 2 || (command & 15) > 1) {
            throw new Broken("version and command " + command);
        }
        if (in.readableBytes() < 16 + length) {
            return null;
        }
        in.skipBytes(16);
        var body = in.readSlice(length);
        if ((command & 15) == 0) {
            return new ProxyHeader(2, null); // LOCAL: the other proxy's own connection
        }
        var size =
                switch (family) {
                    case 0x11, 0x12 -> 4;
                    case 0x21, 0x22 -> 16;
                    default -> throw new Broken("address family " + family);
                };
        if (length < 2 * size + 4) {
            throw new Broken("too short for its addresses");
        }
        try {
            var source = address(body, size);
            var destination = address(body, size);
            var client =
                    new ProxiedClient(
                            new InetSocketAddress(source, body.readUnsignedShort()),
                            new InetSocketAddress(destination, body.readUnsignedShort()),
                            tlvs(body));
            return new ProxyHeader(2, client);
        } catch (UnknownHostException | IndexOutOfBoundsException e) {
            throw new Broken("does not hold what it says");
        }
    }

    private static InetAddress address(ByteBuf from, int size) throws UnknownHostException {
        var octets = new byte[size];
        from.readBytes(octets);
        return InetAddress.getByAddress(octets);
    }

    private static List<Tlv> tlvs(ByteBuf from) {
        var tlvs = new ArrayList<Tlv>();
        while (from.isReadable()) {
            var type = from.readUnsignedByte();
            var value = new byte[from.readUnsignedShort()];
            from.readBytes(value);
            tlvs.add(new Tlv(type, ByteString.copyFrom(value)));
        }
        return List.copyOf(tlvs);
    }
}
