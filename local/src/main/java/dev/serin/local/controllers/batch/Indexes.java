package dev.serin.local.controllers.batch;

import java.util.BitSet;

/// Numbers of completions as an Indexed Job's status writes them: `0,2-4`.
final class Indexes {
    private Indexes() {}

    static BitSet parse(String text) {
        var all = new BitSet();
        for (var part : text.split(",")) {
            if (!part.isBlank()) {
                var ends = part.strip().split("-");
                all.set(Integer.parseInt(ends[0]), Integer.parseInt(ends[ends.length - 1]) + 1);
            }
        }
        return all;
    }

    static String text(BitSet indexes) {
        var text = new StringBuilder();
        for (var from = indexes.nextSetBit(0); from >= 0; ) {
            var to = indexes.nextClearBit(from) - 1;
            text.append(text.isEmpty() ? "" : ",").append(from);
            // Two neighbours are a list still, three a range.
            if (to == from + 1) {
                text.append(',').append(to);
            } else if (to > from) {
                text.append('-').append(to);
            }
            from = indexes.nextSetBit(to + 1);
        }
        return text.toString();
    }
}
