package dev.serin.proxy.route;

import dev.serin.base.chance.Draw;

import io.envoyproxy.envoy.type.v3.FractionalPercent;

/// A share of the requests, as Envoy's FractionalPercent.
public record Fraction(int numerator, int denominator) {
    public static Fraction of(FractionalPercent percent) {
        return new Fraction(
                percent.getNumerator(),
                switch (percent.getDenominator()) {
                    case TEN_THOUSAND -> 10_000;
                    case MILLION -> 1_000_000;
                    case HUNDRED, UNRECOGNIZED -> 100;
                });
    }

    /// Whether this request is of the share.
    public boolean hits(Draw draw) {
        return numerator >= denominator || numerator > 0 && draw.below(denominator) < numerator;
    }

    /// The same by a number that was drawn for several questions.
    boolean hits(Chance chance) {
        return numerator >= denominator
                || numerator > 0 && chance.millionths() % denominator < numerator;
    }

    /// One number for a whole look-up, drawn when it is first asked for: a request that misses a
    /// share of 30 % of one route also misses those 30 % of the next, as with Envoy.
    static final class Chance {
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
}
