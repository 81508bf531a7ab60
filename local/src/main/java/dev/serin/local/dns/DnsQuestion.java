package dev.serin.local.dns;

import io.netty.buffer.ByteBuf;

import java.nio.charset.StandardCharsets;

/// A query, read from its packet.
///
/// @param name as asked, without the last dot
/// @param type and `kind` (class) by number
/// @param datagram the largest answer that fits into the asker's datagram
/// @param extended whether the asker speaks EDNS
record DnsQuestion(
        int id,
        boolean recursion,
        String name,
        int type,
        int kind,
        int datagram,
        boolean extended) {
    static final int HEADER = 12;
    private static final int OPT = 41;
    private static final int PLAIN_DATAGRAM = 512;
    private static final int LARGEST_DATAGRAM = 4096;

    /// The reader index is not moved.
    ///
    /// @throws IllegalArgumentException if it is no query for one name
    /// @throws IndexOutOfBoundsException if it ends too early
    static DnsQuestion read(ByteBuf packet) {
        var in = packet.duplicate();
        var id = in.readUnsignedShort();
        var flags = in.readUnsignedShort();
        var questions = in.readUnsignedShort();
        var others = in.readUnsignedShort() + in.readUnsignedShort();
        var additional = in.readUnsignedShort();
        if ((flags & 0xf800) != 0 || questions != 1 || others != 0) {
            throw new IllegalArgumentException("not a query for one name");
        }
        var name = name(in);
        var type = in.readUnsignedShort();
        var kind = in.readUnsignedShort();
        var datagram = PLAIN_DATAGRAM;
        var extended = false;
        for (var i = 0; i < additional; i++) {
            name(in);
            var record = in.readUnsignedShort();
            var size = in.readUnsignedShort();
            in.skipBytes(4);
            in.skipBytes(in.readUnsignedShort());
            if (record == OPT) {
                extended = true;
                datagram = Math.clamp(size, PLAIN_DATAGRAM, LARGEST_DATAGRAM);
            }
        }
        return new DnsQuestion(id, (flags & 0x0100) != 0, name, type, kind, datagram, extended);
    }

    // Queries hold no pointers: what they could point to comes after.
    private static String name(ByteBuf in) {
        var name = new StringBuilder();
        for (var length = in.readUnsignedByte(); length > 0; length = in.readUnsignedByte()) {
            if (length > 63 || name.length() + length > 253) {
                throw new IllegalArgumentException("not a name");
            }
            if (!name.isEmpty()) {
                name.append('.');
            }
            name.append(in.readCharSequence(length, StandardCharsets.ISO_8859_1));
        }
        return name.toString();
    }
}
