package dev.serin.base.net;

import java.net.InetAddress;
import java.util.Arrays;

/// A range of IP addresses, `10.0.0.0/8`. Immutable.
public final class Cidr {
    private final byte[] address;
    private final int bits;

    private Cidr(byte[] address, int bits) {
        this.address = address;
        this.bits = bits;
    }

    /// @param bits of the address that count; more than it has count all
    public static Cidr of(InetAddress address, int bits) {
        var octets = address.getAddress();
        return new Cidr(octets, Math.min(bits, octets.length * 8));
    }

    /// Whether `other` lies in it; an address of the other family never does.
    public boolean holds(InetAddress other) {
        var octets = other.getAddress();
        if (octets.length != address.length) {
            return false;
        }
        var whole = bits >> 3;
        if (!Arrays.equals(octets, 0, whole, address, 0, whole)) {
            return false;
        }
        var rest = bits & 7;
        return rest == 0 || ((octets[whole] ^ address[whole]) & 0xff) >> (8 - rest) == 0;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Cidr cidr
                && bits == cidr.bits
                && Arrays.equals(address, cidr.address);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(address) * 31 + bits;
    }
}
