package dev.serin.local.capture;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// Writes netlink messages: a header each, then attributes of length, type and octets, padded to
/// four, which may be nested. Headers are in the machine's byte order, numbers in attributes in the
/// network's, as nfnetlink has them. One thread.
final class NetlinkWriter {
    private static final int NESTED = 0x8000;
    private static final int HEADER = 16;

    private ByteBuffer octets = ByteBuffer.allocate(4096).order(ByteOrder.nativeOrder());

    /// Begins a message.
    ///
    /// @return its place, for [#end]
    int message(int type, int flags, int sequence) {
        var place = octets.position();
        room(HEADER);
        octets.putInt(0).putShort((short) type).putShort((short) flags);
        octets.putInt(sequence).putInt(0);
        return place;
    }

    /// Ends the message that began at `place`.
    void end(int place) {
        octets.putInt(place, octets.position() - place);
    }

    void octet(int value) {
        room(1);
        octets.put((byte) value);
    }

    /// Begins an attribute that holds others.
    ///
    /// @return its place, for [#close]
    int open(int type) {
        var place = octets.position();
        room(4);
        octets.putShort((short) 0).putShort((short) (type | NESTED));
        return place;
    }

    void close(int place) {
        octets.putShort(place, (short) (octets.position() - place));
    }

    NetlinkWriter put(int type, byte... value) {
        var padded = (value.length + 3) & ~3;
        room(4 + padded);
        octets.putShort((short) (4 + value.length)).putShort((short) type).put(value);
        for (int i = value.length; i < padded; i++) {
            octets.put((byte) 0);
        }
        return this;
    }

    NetlinkWriter put(int type, String text) {
        return put(type, Arrays.copyOf(utf8(text), utf8(text).length + 1));
    }

    NetlinkWriter put(int type, int number) {
        return put(type, ByteBuffer.allocate(4).putInt(number).array());
    }

    byte[] octets() {
        return Arrays.copyOf(octets.array(), octets.position());
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private void room(int more) {
        if (octets.remaining() < more) {
            var wider =
                    ByteBuffer.allocate(Math.max(octets.capacity() * 2, octets.position() + more))
                            .order(octets.order());
            octets = wider.put(octets.flip());
        }
    }
}
