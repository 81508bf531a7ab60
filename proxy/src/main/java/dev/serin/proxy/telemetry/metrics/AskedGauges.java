package dev.serin.proxy.telemetry.metrics;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.function.LongSupplier;

/// One value without labels that is asked for.
final class AskedGauges extends Family<LongSupplier> {
    private final LongSupplier value;

    AskedGauges(String name, @Nullable StatName stat, LongSupplier value) {
        super(name, List.of(), 1, stat);
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
    Stat stat(String name, LongSupplier series) {
        return new Stat(name, Stat.Kind.GAUGE, series.getAsLong(), null);
    }

    @Override
    void reset(LongSupplier series) {}
}
