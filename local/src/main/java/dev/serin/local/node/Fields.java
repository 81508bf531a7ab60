package dev.serin.local.node;

import dev.serin.config.Resource;
import dev.serin.local.node.usage.Metering;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.JsonNode;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Map;
import java.util.TreeMap;

/// The downward API: a pod's own fields as text, for environment and volumes.
///
/// @param podIP empty until it has one
record Fields(Resource pod, String podIP, String hostIP, int cores) {
    /// The value of a `fieldRef.fieldPath`; null for a path that there is not.
    @Nullable String field(String path) {
        return switch (path) {
            case "metadata.name" -> pod.name();
            case "metadata.namespace" -> pod.namespace();
            case "metadata.uid" -> pod.uid();
            case "metadata.labels" -> quoted(pod.labels());
            case "metadata.annotations" -> quoted(pod.annotations());
            case "spec.nodeName" -> pod.spec().path("nodeName").asString("");
            case "spec.serviceAccountName" ->
                    pod.spec().path("serviceAccountName").asString("default");
            case "status.podIP", "status.podIPs" -> podIP;
            case "status.hostIP", "status.hostIPs" -> hostIP;
            default -> entry(path);
        };
    }

    /// The value of a `resourceFieldRef`, in units of its divisor, rounded up as Kubernetes does.
    @Nullable String resource(JsonNode reference, JsonNode container) {
        var name = reference.path("resource").asString("");
        var parts = name.split("\\.", 2);
        if (parts.length != 2) {
            return null;
        }
        var written = container.path("resources").path(parts[0]).path(parts[1]).asString("");
        BigDecimal value;
        if (!written.isEmpty()) {
            value = quantity(written);
        } else if (parts[1].equals("cpu")) {
            value = BigDecimal.valueOf(cores);
        } else {
            value = BigDecimal.valueOf(Metering.machineMemory());
        }
        var divisor = quantity(reference.path("divisor").asString("1"));
        return value.divide(
                        divisor.signum() == 0 ? BigDecimal.ONE : divisor, 0, RoundingMode.CEILING)
                .toPlainString();
    }

    private @Nullable String entry(String path) {
        for (var kind : new String[] {"labels", "annotations"}) {
            var start = "metadata." + kind + "['";
            if (path.startsWith(start) && path.endsWith("']")) {
                var name = path.substring(start.length(), path.length() - 2);
                var map = kind.equals("labels") ? pod.labels() : pod.annotations();
                return map.getOrDefault(name, "");
            }
        }
        return null;
    }

    private static String quoted(Map<String, String> map) {
        var text = new StringBuilder();
        new TreeMap<>(map)
                .forEach((name, value) ->
                        text.append(name)
                                .append("=\"")
                                .append(
                                        value.replace("\\", "\\\\")
                                                .replace("\"", "\\\"")
                                                .replace("\n", "\\n"))
                                .append("\"\n"));
        return text.toString();
    }

    static BigDecimal quantity(String text) {
        var digits = text.replaceAll("[A-Za-z]+$", "");
        var unit = text.substring(digits.length());
        var factor =
                switch (unit) {
                    case "m" -> new BigDecimal("0.001");
                    case "k" -> new BigDecimal(1000);
                    case "M" -> new BigDecimal(1_000_000);
                    case "G" -> new BigDecimal(1_000_000_000);
                    case "Ki" -> new BigDecimal(1 << 10);
                    case "Mi" -> new BigDecimal(1 << 20);
                    case "Gi" -> new BigDecimal(1 << 30);
                    default -> BigDecimal.ONE;
                };
        try {
            return new BigDecimal(digits).multiply(factor);
        } catch (NumberFormatException _) {
            return BigDecimal.ZERO;
        }
    }
}
