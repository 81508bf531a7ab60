package dev.serin.proxy.telemetry.metrics;

import java.util.List;
import java.util.function.LongSupplier;

/// One value without labels that is asked for.
final class Gauges extends Family<LongSupplier> {
    private final LongSupplier value;

    Gauges(String name, LongSupplier value) {
        super(name, List.of(), 1);
        this.value = value;
        of(List.of());
    }

    @Override
    LongSupplier fresh() {
        return () -> value.getAsLong();
    }

    @Override
    String kind() {
        return "gauge";
    }

    @Override
    void print(StringBuilder out, String labels, LongSupplier series) {
        line(out, name(), labels, Long.toString(series.getAsLong()));
    }

    @Override
    String plain(LongSupplier series) {
        return Long.toString(series.getAsLong());
    }
}
