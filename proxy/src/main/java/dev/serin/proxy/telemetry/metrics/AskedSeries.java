package dev.serin.proxy.telemetry.metrics;

import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/// Values of one name that are all asked for when they are read, so that those of what is gone go
/// too.
final class AskedSeries extends Family<Long> {
    private final Supplier<Map<List<String>, Long>> values;

    AskedSeries(StatName stat, Supplier<Map<List<String>, Long>> values) {
        super(stat.metric(), stat.labels(), Integer.MAX_VALUE, stat);
        this.values = values;
    }

    @Override
    void refresh() {
        replace(values.get());
    }

    @Override
    Long fresh() {
        return 0L;
    }

    @Override
    String kind() {
        return "gauge";
    }

    @Override
    void print(StringBuilder out, String labels, Long series) {
        line(out, name(), labels, Long.toString(series));
    }

    @Override
    Stat stat(String name, Long series) {
        return new Stat(name, Stat.Kind.GAUGE, series, null);
    }

    @Override
    void reset(Long series) {}
}
