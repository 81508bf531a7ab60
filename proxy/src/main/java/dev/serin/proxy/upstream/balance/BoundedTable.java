package dev.serin.proxy.upstream.balance;

import dev.serin.proxy.upstream.Host;

import org.jspecify.annotations.Nullable;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntSupplier;

/// Passes over hosts that have more than their share of the requests in flight, in an order that
/// the hash alone decides. Immutable. As Envoy's bounded load hashing.
final class BoundedTable implements HashTable {
    private final HashTable table;
    private final List<Share> shares;
    private final Map<Host, Double> share = new HashMap<>();
    private final int factor;
    private final IntSupplier active;

    /// @param factor most load of a host in per cent of the mean
    /// @param active requests of the whole cluster now
    BoundedTable(HashTable table, List<Share> shares, int factor, IntSupplier active) {
        this.table = table;
        this.shares = shares;
        this.factor = factor;
        this.active = active;
        shares.forEach(s -> share.put(s.host(), s.share()));
    }

    @Override
    public @Nullable Host find(long hash, int attempt) {
        var first = table.find(hash, attempt);
        if (first == null) {
            return null;
        }
        var slots = ((active.getAsInt() + 1L) * factor + 99) / 100;
        var least = first;
        var leastLoad = load(first, share.getOrDefault(first, 0.0), slots);
        if (leastLoad <= 1) {
            return first;
        }
        var order = new int[shares.size()];
        for (var i = 0; i < order.length; i++) {
            order[i] = i;
        }
        var twister = new Twister((int) hash);
        for (var i = 0; i < order.length; i++) {
            var j = i + twister.below(order.length - i);
            var next = order[j];
            order[j] = order[i];
            order[i] = next;
            var other = shares.get(next);
            if (other.host().equals(first)) {
                continue;
            }
            var load = load(other.host(), other.share(), slots);
            if (load <= 1) {
                return other.host();
            }
            if (load < leastLoad) {
                least = other.host();
                leastLoad = load;
            }
        }
        return least;
    }

    private static double load(Host host, double share, long slots) {
        return host.active() / Math.max(1.0, Math.ceil(slots * share));
    }

    /// The Mersenne twister of 32 bits, seeded as the C++ standard says.
    static final class Twister {
        private static final int SIZE = 624;
        private static final int SHIFT = 397;
        private final int[] state = new int[SIZE];
        private int at = SIZE;

        Twister(int seed) {
            state[0] = seed;
            for (var i = 1; i < SIZE; i++) {
                state[i] = 1812433253 * (state[i - 1] ^ state[i - 1] >>> 30) + i;
            }
        }

        int next() {
            if (at == SIZE) {
                for (var i = 0; i < SIZE; i++) {
                    var mixed = state[i] & 0x80000000 | state[(i + 1) % SIZE] & 0x7fffffff;
                    var odd = (mixed & 1) == 0 ? 0 : 0x9908b0df;
                    state[i] = state[(i + SHIFT) % SIZE] ^ mixed >>> 1 ^ odd;
                }
                at = 0;
            }
            var out = state[at++];
            out ^= out >>> 11;
            out ^= out << 7 & 0x9d2c5680;
            out ^= out << 15 & 0xefc60000;
            return out ^ out >>> 18;
        }

        /// Uniform in `0 ≤ n < bound`.
        int below(int bound) {
            var width = (1L << 32) / bound;
            long drawn;
            do {
                drawn = (next() & 0xffffffffL) / width;
            } while (drawn >= bound);
            return (int) drawn;
        }
    }
}
