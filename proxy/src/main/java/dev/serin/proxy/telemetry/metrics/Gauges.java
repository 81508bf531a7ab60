package dev.serin.proxy.telemetry.metrics;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.concurrent.atomic.LongAdder;

/// Values of one name that go up and down.
final class Gauges extends Family<LongAdder> {
    Gauges(String name, List<String> labels, int bound, @Nullable StatName stat) {
        super(name, labels, bound, stat);
    }

    @Override
    LongAdder fresh() {
        return new LongAdder();
    }

    @Override
    String kind() {
        return "gauge";
    }

    @Override
    void print(StringBuilder out, String labels, LongAdder series) {
        line(out, name(), labels, Long.toString(series.sum()));
    }

    @Override
    Stat stat(String name, LongAdder series) {
        return new Stat(name, Stat.Kind.GAUGE, series.sum(), null);
    }

    /// What is in use now stays in use.
    @Override
    void reset(LongAdder series) {}
}
