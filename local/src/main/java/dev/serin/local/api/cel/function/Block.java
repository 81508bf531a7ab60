package dev.serin.local.api.cel.function;

import java.net.InetAddress;
import java.net.UnknownHostException;

/// A block of addresses such as `10.0.0.0/8`.
record Block(Address address, int bits) {
    static Block parse(String text) {
        var cut = text.indexOf('/');
        if (cut > 0 && text.substring(cut + 1).matches("0|[1-9][0-9]{0,2}")) {
            var address = Address.parse(text.substring(0, cut));
            var bits = Integer.parseInt(text.substring(cut + 1));
            if (bits <= address.inet().getAddress().length * 8) {
                return new Block(address, bits);
            }
        }
        throw new IllegalArgumentException(
                "network address parse error during conversion from string: network address"
                        + " parse error: \""
                        + text
                        + "\" is no block such as 10.0.0.0/8");
    }

    Block masked() {
        var bytes = address.inet().getAddress();
        for (var i = 0; i < bytes.length; i++) {
            var kept = Math.clamp(bits - i * 8, 0, 8);
            bytes[i] &= (byte) (0xff << (8 - kept));
        }
        try {
            return new Block(new Address(InetAddress.getByAddress(bytes)), bits);
        } catch (UnknownHostException e) {
            throw new IllegalStateException(e);
        }
    }

    boolean contains(Address other) {
        return other.family() == address.family()
                && new Block(other, bits).masked().address().equals(masked().address());
    }

    boolean contains(Block other) {
        return other.bits >= bits && contains(other.address);
    }

    @Override
    public String toString() {
        return address + "/" + bits;
    }
}
