package dev.serin.controlplane.status;

import dev.serin.xds.Rejected;
import dev.serin.xds.ResourceType;
import dev.serin.xds.server.DiscoveryObserver;

import org.jspecify.annotations.Nullable;

import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.LongAdder;

/// What each connected proxy was sent and has answered, and counts of it. Safe for any thread.
public final class ProxyTable implements DiscoveryObserver {
    private final Map<String, Row> rows = new ConcurrentSkipListMap<>();
    private final Map<String, LongAdder> counts = new ConcurrentHashMap<>();

    /// One proxy.
    ///
    /// @param synced the revision it was last brought to, empty before the first
    public record Row(
            String nodeId,
            String userAgent,
            String synced,
            Map<ResourceType, Cell> types,
            @Nullable String problem) {
        Row with(ResourceType type, Cell cell, @Nullable String trouble) {
            var cells = new EnumMap<ResourceType, Cell>(ResourceType.class);
            cells.putAll(types);
            cells.put(type, cell);
            return new Row(nodeId, userAgent, synced, Map.copyOf(cells), trouble);
        }
    }

    /// @param sent revision of the last response
    /// @param acknowledged revision of the last one that was accepted
    public record Cell(String sent, String acknowledged) {
        /// Whether everything that was sent is answered.
        public boolean isSynced() {
            return sent.equals(acknowledged);
        }
    }

    public Collection<Row> rows() {
        return List.copyOf(rows.values());
    }

    /// How often things happened, by the name and labels of the metric that counts them.
    public Map<String, Long> counts() {
        var all = new java.util.TreeMap<String, Long>();
        counts.forEach((name, count) -> all.put(name, count.sum()));
        return all;
    }

    @Override
    public void connected(StreamName stream, String userAgent) {
        rows.put(stream.toString(), new Row(stream.nodeId(), userAgent, "", Map.of(), null));
    }

    @Override
    public void refused(String peer, String why) {
        count("serin_xds_refused_streams_total");
    }

    @Override
    public void sent(StreamName stream, ResourceType type, String revision, int resources) {
        count(
                "pilot_xds_pushes{type=\""
                        + type.abbreviation().toLowerCase(java.util.Locale.ROOT)
                        + "\"}");
        rows.computeIfPresent(
                stream.toString(),
                (_, row) ->
                        row.with(
                                type,
                                new Cell(revision, cell(row, type).acknowledged()),
                                row.problem()));
    }

    @Override
    public void acknowledged(StreamName stream, ResourceType type, String revision) {
        rows.computeIfPresent(
                stream.toString(),
                (_, row) ->
                        row.with(type, new Cell(cell(row, type).sent(), revision), row.problem()));
    }

    @Override
    public void rejected(StreamName stream, Rejected rejected) {
        count("pilot_total_xds_rejects{type=\"" + rejected.type().abbreviation() + "\"}");
        rows.computeIfPresent(
                stream.toString(),
                (_, row) -> row.with(rejected.type(), cell(row, rejected.type()), rejected.text()));
    }

    @Override
    public void synced(StreamName stream, String revision) {
        rows.computeIfPresent(
                stream.toString(),
                (_, row) ->
                        new Row(
                                row.nodeId(),
                                row.userAgent(),
                                revision,
                                row.types(),
                                row.problem()));
    }

    @Override
    public void failed(String proxy, RuntimeException cause) {
        count("serin_xds_generation_failures_total");
    }

    @Override
    public void disconnected(StreamName stream) {
        rows.remove(stream.toString());
    }

    private static Cell cell(Row row, ResourceType type) {
        return row.types().getOrDefault(type, new Cell("", ""));
    }

    private void count(String name) {
        counts.computeIfAbsent(name, _ -> new LongAdder()).increment();
    }
}
