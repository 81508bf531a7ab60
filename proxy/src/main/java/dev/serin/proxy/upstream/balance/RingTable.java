package dev.serin.proxy.upstream.balance;

import dev.serin.proxy.upstream.Host;

import org.jspecify.annotations.Nullable;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/// A ketama ring: every host has points on it, as many as its share, and a key belongs to the next
/// point. Immutable. Points as Envoy's.
final class RingTable implements HashTable {
    private final long[] points;
    private final Host[] hosts;

    private RingTable(List<Point> ring) {
        points = ring.stream().mapToLong(Point::at).toArray();
        hosts = ring.stream().map(Point::host).toArray(Host[]::new);
    }

    private record Point(long at, Host host) {}

    static RingTable of(List<Share> shares, Policy.RingHash ring) {
        var smallest = shares.stream().mapToDouble(Share::share).min().orElse(1);
        // the host with the smallest share gets a whole number of points
        var scale =
                Math.min(Math.ceil(smallest * ring.smallest()) / smallest, (double) ring.largest());
        var points = new ArrayList<Point>((int) Math.ceil(scale) + shares.size());
        var have = 0.0;
        var want = 0.0;
        for (var share : shares) {
            var key = share.key(ring.consistent().hostname());
            want += scale * share.share();
            for (var i = 0; have < want; i++, have++) {
                points.add(new Point(hash(key + "_" + i, ring.murmur()), share.host()));
            }
        }
        points.sort(Comparator.comparing(Point::at, Long::compareUnsigned));
        return new RingTable(points);
    }

    private static long hash(String key, boolean murmur) {
        var bytes = key.getBytes(StandardCharsets.UTF_8);
        return murmur ? Hashes.murmur(bytes, Hashes.MURMUR_SEED) : Hashes.xx(bytes, 0);
    }

    @Override
    public @Nullable Host find(long hash, int attempt) {
        if (points.length == 0) {
            return null;
        }
        var low = 0;
        var high = points.length;
        while (low < high) {
            var middle = (low + high) >>> 1;
            if (Long.compareUnsigned(points[middle], hash) < 0) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return hosts[(low + attempt) % points.length];
    }

    int size() {
        return points.length;
    }
}
