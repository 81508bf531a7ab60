package dev.serin.proxy.listener;

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
    /// An address range.
    public static final class Prefix {
        private final byte[] address;
        private final int bits;

        public Prefix(byte[] address, int bits) {
            this.address = address.clone();
            this.bits = bits;
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
