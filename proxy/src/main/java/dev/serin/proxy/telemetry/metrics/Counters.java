package dev.serin.proxy.telemetry.metrics;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.concurrent.atomic.LongAdder;

/// Counters of one name.
final class Counters extends Family<LongAdder> {
    Counters(String name, List<String> labels, int bound, @Nullable StatName stat) {
        super(name, labels, bound, stat);
    }

    @Override
    LongAdder fresh() {
        return new LongAdder();
    }

    @Override
    String kind() {
        return "counter";
    }

    @Override
    void print(StringBuilder out, String labels, LongAdder series) {
        line(out, name(), labels, Long.toString(series.sum()));
    }

    @Override
    void reset(LongAdder series) {
        series.reset();
    }

    @Override
    Stat stat(String name, LongAdder series) {
        return new Stat(name, Stat.Kind.COUNTER, series.sum(), null);
    }
}
