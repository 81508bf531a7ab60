package dev.serin.proxy.route;

import dev.serin.base.chance.Draw;

/// One number for a whole look-up, drawn when it is first asked for: a request that misses a share
/// of 30 % of one route also misses those 30 % of the next, as with Envoy.
final class Chance {
    private final Draw draw;
    private int drawn = -1;

    Chance(Draw draw) {
        this.draw = draw;
    }

    /// The number, less than a million.
    int millionths() {
        if (drawn < 0) {
            drawn = draw.below(1_000_000);
        }
        return drawn;
    }
}
