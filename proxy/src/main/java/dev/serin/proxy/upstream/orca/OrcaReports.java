package dev.serin.proxy.upstream.orca;

import com.github.xds.data.orca.v3.OrcaLoadReport;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.util.JsonFormat;

import dev.serin.proxy.http.Headers;

import org.jspecify.annotations.Nullable;

import java.util.Base64;
import java.util.Map;

/// Reads the load reports that responses carry in headers or trailers: binary, JSON or text. As
/// Envoy's ORCA parser.
final class OrcaReports {
    private static final String HEADER = "endpoint-load-metrics";
    private static final String BINARY = "endpoint-load-metrics-bin";

    private OrcaReports() {}

    /// Null if there is none, or none that can be read.
    static @Nullable OrcaLoadReport read(Headers headers) {
        var binary = headers.get(BINARY);
        if (binary != null) {
            return binary(binary);
        }
        var text = headers.get(HEADER);
        if (text == null) {
            return null;
        }
        if (text.startsWith("BIN ")) {
            return binary(text.substring(4));
        }
        if (text.startsWith("JSON ")) {
            var report = OrcaLoadReport.newBuilder();
            try {
                JsonFormat.parser().merge(text.substring(5), report);
                return report.build();
            } catch (InvalidProtocolBufferException e) {
                return null;
            }
        }
        return text.startsWith("TEXT ") ? text(text.substring(5)) : null;
    }

    private static @Nullable OrcaLoadReport binary(String text) {
        try {
            return OrcaLoadReport.parseFrom(Base64.getMimeDecoder().decode(text));
        } catch (InvalidProtocolBufferException | IllegalArgumentException e) {
            return null;
        }
    }

    private static @Nullable OrcaLoadReport text(String text) {
        var report = OrcaLoadReport.newBuilder();
        for (var part : text.split(",")) {
            var at = part.indexOf('=');
            if (at < 0) {
                at = part.indexOf(':');
            }
            if (at < 0 || !put(report, part.substring(0, at).strip(), part.substring(at + 1))) {
                return null;
            }
        }
        return report.build();
    }

    private static boolean put(OrcaLoadReport.Builder report, String name, String text) {
        double value;
        try {
            value = Double.parseDouble(text.strip());
        } catch (NumberFormatException e) {
            return false;
        }
        switch (name) {
            case "cpu_utilization" -> report.setCpuUtilization(value);
            case "mem_utilization" -> report.setMemUtilization(value);
            case "application_utilization" -> report.setApplicationUtilization(value);
            case "rps_fractional" -> report.setRpsFractional(value);
            case "eps" -> report.setEps(value);
            default -> {
                if (!name.startsWith("named_metrics.")) {
                    return false;
                }
                report.putNamedMetrics(name.substring("named_metrics.".length()), value);
            }
        }
        return true;
    }

    /// A metric by its name, as `named_metrics.foo` or `cpu_utilization`; 0 if there is none.
    static double metric(OrcaLoadReport report, String name) {
        var dot = name.indexOf('.');
        if (dot < 0) {
            return switch (name) {
                case "cpu_utilization" -> report.getCpuUtilization();
                case "mem_utilization" -> report.getMemUtilization();
                case "application_utilization" -> report.getApplicationUtilization();
                default -> 0;
            };
        }
        Map<String, Double> map =
                switch (name.substring(0, dot)) {
                    case "named_metrics" -> report.getNamedMetricsMap();
                    case "utilization" -> report.getUtilizationMap();
                    case "request_cost" -> report.getRequestCostMap();
                    default -> Map.of();
                };
        var key = name.substring(dot + 1);
        return key.equals("*")
                ? map.values().stream().mapToDouble(Double::doubleValue).max().orElse(0)
                : map.getOrDefault(key, 0.0);
    }
}
