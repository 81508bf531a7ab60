package dev.serin.proxy.telemetry.istio;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import com.google.protobuf.util.Durations;

import dev.serin.proxy.extension.ConfigProblem;
import dev.serin.proxy.extension.ExtensionConfig;
import dev.serin.proxy.extension.IstioMessages;

import org.jspecify.annotations.Nullable;

import java.text.ParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// How `istio.stats` is configured. As Istio's stats.PluginConfig.
///
/// @param hostFallback take the request's authority for the service where nothing better is known
/// @param serverGateway report for the hosts behind this proxy
/// @param tcpMillis how often a connection is counted while it lives; 0 for only at its end
/// @param overrides in the order of the configuration
/// @param definitions metrics of the user's own
record StatsSettings(
        boolean hostFallback,
        boolean serverGateway,
        long tcpMillis,
        List<Change> overrides,
        List<Definition> definitions) {
    /// What changes of a metric, or of all.
    ///
    /// @param metric without the `istio_`; empty for all
    /// @param dimensions expressions by the label that gets their value
    record Change(
            String metric, Map<String, String> dimensions, List<String> removed, boolean drop) {
        boolean concerns(String name) {
            return metric.isEmpty() || metric.equals(name);
        }
    }

    /// A metric of the user's own.
    ///
    /// @param value what is added at the end of a stream
    record Definition(String name, String value, Kind kind) {}

    /// What becomes of the values.
    enum Kind {
        COUNTER,
        /// The last one stands.
        GAUGE,
        HISTOGRAM
    }

    static StatsSettings read(ExtensionConfig config) throws ConfigProblem {
        var fields = IstioMessages.read(config).getFieldsMap();
        var overrides = new ArrayList<Change>();
        for (var override : list(fields.get("metrics"))) {
            overrides.add(override(override.getStructValue()));
        }
        var definitions = new ArrayList<Definition>();
        for (var definition : list(fields.get("definitions"))) {
            definitions.add(definition(definition.getStructValue()));
        }
        return new StatsSettings(
                !flag(fields.get("disable_host_header_fallback")),
                text(fields.get("reporter")).equals("SERVER_GATEWAY"),
                millis(text(fields.get("tcp_reporting_duration"))),
                List.copyOf(overrides),
                List.copyOf(definitions));
    }

    private static Change override(Struct struct) throws ConfigProblem {
        var fields = struct.getFieldsMap();
        if (!text(fields.get("match")).isEmpty()) {
            throw new ConfigProblem("metrics.match", "is not supported");
        }
        var dimensions = new TreeMap<String, String>();
        fields.getOrDefault("dimensions", Value.getDefaultInstance())
                .getStructValue()
                .getFieldsMap()
                .forEach((label, expression) -> dimensions.put(label, expression.getStringValue()));
        return new Change(
                text(fields.get("name")),
                dimensions,
                list(fields.get("tags_to_remove")).stream().map(Value::getStringValue).toList(),
                flag(fields.get("drop")));
    }

    private static Definition definition(Struct struct) {
        var fields = struct.getFieldsMap();
        var type = text(fields.get("type"));
        return new Definition(
                text(fields.get("name")),
                text(fields.get("value")),
                type.isEmpty() ? Kind.COUNTER : Kind.valueOf(type));
    }

    /// Of a duration as JSON has it.
    private static long millis(String duration) throws ConfigProblem {
        try {
            return duration.isEmpty() ? 5_000 : Durations.toMillis(Durations.parse(duration));
        } catch (ParseException e) {
            throw new ConfigProblem("tcp_reporting_duration", "'" + duration + "' is none");
        }
    }

    private static List<Value> list(@Nullable Value value) {
        return value == null ? List.of() : value.getListValue().getValuesList();
    }

    private static boolean flag(@Nullable Value value) {
        return value != null && value.getBoolValue();
    }

    private static String text(@Nullable Value value) {
        return value == null ? "" : value.getStringValue();
    }
}
