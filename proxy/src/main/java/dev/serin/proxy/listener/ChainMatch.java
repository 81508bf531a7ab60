package dev.serin.proxy.listener;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Which connections a filter chain takes. Empty lists and 0 take all.
///
/// @param transport `tls`, `raw_buffer` or empty
/// @param sourceType 0 any, 1 same address or loopback, 2 external
public record ChainMatch(
        int port,
        List<Prefix> destinations,
        List<String> serverNames,
        String transport,
        List<String> protocols,
        List<Prefix> directSources,
        int sourceType,
        List<Prefix> sources,
        List<Integer> sourcePorts) {
    /// What it asks for, taken apart: each has one value a criterion, and two matches that share
    /// one ask for the same connections.
    List<List<Object>> combinations() {
        var all = List.of(List.<Object>of(port, transport, sourceType));
        for (var criterion :
                List.of(
                        destinations,
                        serverNames,
                        protocols,
                        directSources,
                        sources,
                        sourcePorts)) {
            all = with(all, criterion);
        }
        return all;
    }

    private static List<List<Object>> with(List<List<Object>> all, List<?> criterion) {
        var next = new ArrayList<List<Object>>();
        for (var one : all) {
            for (var value : criterion.isEmpty() ? List.of("") : criterion) {
                var longer = new ArrayList<>(one);
                longer.add(value);
                next.add(longer);
            }
        }
        return next;
    }

    /// An address range.
    public static final class Prefix {
        private final byte[] address;
        private final int bits;

        public Prefix(byte[] address, int bits) {
            this.address = address.clone();
            this.bits = bits;
            for (var i = bits; i < this.address.length * 8; i++) {
                this.address[i >> 3] &= (byte) ~(0x80 >> (i & 7)); // what lies behind it is nothing
            }
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Prefix prefix
                    && bits == prefix.bits
                    && Arrays.equals(address, prefix.address);
        }

        @Override
        public int hashCode() {
            return 31 * Arrays.hashCode(address) + bits;
        }

        int bits() {
            return bits;
        }

        /// Whether the address lies in it.
        boolean holds(byte[] other) {
            if (other.length != address.length) {
                return false;
            }
            for (var i = 0; i < bits; i++) {
                var mask = 0x80 >> (i & 7);
                if ((address[i >> 3] & mask) != (other[i >> 3] & mask)) {
                    return false;
                }
            }
            return true;
        }
    }
}
