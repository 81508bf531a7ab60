package dev.serin.proxy.upstream.balance;

import dev.serin.proxy.upstream.Host;

import org.jspecify.annotations.Nullable;

import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.List;

/// A Maglev table: every host takes places in an order of its own until all are taken. Immutable.
/// Places as Envoy's.
final class MaglevTable implements HashTable {
    private final Host[] places;

    private MaglevTable(Host[] places) {
        this.places = places;
    }

    /// A host that takes places.
    private static final class Taker {
        private final String key;
        private final Share share;
        private final long offset;
        private final long skip;
        private final int size;
        private double due;
        private long next;

        Taker(Share share, Policy.Maglev maglev) {
            this.share = share;
            this.key = share.key(maglev.consistent().hostname());
            this.size = maglev.tableSize();
            var bytes = key.getBytes(StandardCharsets.UTF_8);
            offset = Long.remainderUnsigned(Hashes.xx(bytes, 0), size);
            skip = Long.remainderUnsigned(Hashes.xx(bytes, 1), size - 1) + 1;
        }

        int wanted() {
            return (int) ((offset + skip * next) % size);
        }
    }

    static MaglevTable of(List<Share> shares, Policy.Maglev maglev) {
        if (shares.isEmpty()) {
            return new MaglevTable(new Host[0]);
        }
        var takers =
                shares.stream()
                        .map(share -> new Taker(share, maglev))
                        .sorted(Comparator.comparing(taker -> taker.key))
                        .toList();
        var largest = shares.stream().mapToDouble(Share::share).max().orElse(1);
        var places = new @Nullable Host[maglev.tableSize()];
        var taken = 0;
        for (var turn = 1; taken < places.length; turn++) {
            for (var taker : takers) {
                // the largest takes one each turn, the others by their share of that
                if (taken == places.length || turn * taker.share.share() < taker.due) {
                    continue;
                }
                taker.due += largest;
                while (places[taker.wanted()] != null) {
                    taker.next++;
                }
                places[taker.wanted()] = taker.share.host();
                taker.next++;
                taken++;
            }
        }
        return new MaglevTable(filled(places));
    }

    private static Host[] filled(@Nullable Host[] places) {
        var hosts = new Host[places.length];
        System.arraycopy(places, 0, hosts, 0, places.length);
        return hosts;
    }

    @Override
    public @Nullable Host find(long hash, int attempt) {
        if (places.length == 0) {
            return null;
        }
        var other = attempt == 0 ? hash : hash ^ -attempt;
        return places[(int) Long.remainderUnsigned(other, places.length)];
    }
}
