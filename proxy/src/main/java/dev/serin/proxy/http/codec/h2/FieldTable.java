package dev.serin.proxy.http.codec.h2;

import org.jspecify.annotations.Nullable;

import java.util.Arrays;

/// A dynamic table of HPACK: first in, first out, bounded by octets (RFC 7541, 2.3.2).
final class FieldTable {
    private static final int OVERHEAD = 32;

    private @Nullable String[] names = {};
    private @Nullable String[] values = {};
    private int[] sizes = {};
    private int mask = -1;
    private int size;
    private int count;

    /// The number of the entry that was put in last, from 1 on.
    private int newest;

    private int most;

    FieldTable(int most) {
        this.most = most;
    }

    static int size(int name, int value) {
        return name + value + OVERHEAD;
    }

    int most() {
        return most;
    }

    int count() {
        return count;
    }

    /// The number of the entry that goes next.
    int oldest() {
        return newest - count + 1;
    }

    int newest() {
        return newest;
    }

    void most(int octets) {
        most = octets;
        room(0);
    }

    /// Puts an entry in, if it fits at all.
    ///
    /// @param octets by [#size]
    void put(String name, String value, int octets) {
        room(octets);
        if (octets > most) {
            return;
        }
        if (count == names.length) {
            grow();
        }
        newest++;
        var at = newest & mask;
        names[at] = name;
        values[at] = value;
        sizes[at] = octets;
        size += octets;
        count++;
    }

    private void room(int octets) {
        while (count > 0 && size + octets > most) {
            var at = oldest() & mask;
            size -= sizes[at];
            names[at] = null;
            values[at] = null;
            count--;
        }
    }

    /// Entries begin anew at numbers that fit the wider mask.
    private void grow() {
        var wider = Math.max(8, names.length * 2);
        var nextNames = Arrays.copyOf(names, wider);
        var nextValues = Arrays.copyOf(values, wider);
        var nextSizes = new int[wider];
        Arrays.fill(nextNames, null);
        Arrays.fill(nextValues, null);
        for (var entry = oldest(); entry <= newest; entry++) {
            nextNames[entry & (wider - 1)] = names[entry & mask];
            nextValues[entry & (wider - 1)] = values[entry & mask];
            nextSizes[entry & (wider - 1)] = sizes[entry & mask];
        }
        names = nextNames;
        values = nextValues;
        sizes = nextSizes;
        mask = wider - 1;
    }

    /// @param entry by number
    String name(int entry) {
        return java.util.Objects.requireNonNull(names[entry & mask]);
    }

    /// @param entry by number
    String value(int entry) {
        return java.util.Objects.requireNonNull(values[entry & mask]);
    }
}
