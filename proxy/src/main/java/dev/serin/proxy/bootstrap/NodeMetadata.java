package dev.serin.proxy.bootstrap;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;

import dev.serin.base.Problem;
import dev.serin.base.ProblemException;
import dev.serin.xds.NodeId;

import java.io.IOException;
import java.nio.file.Files;
import java.util.Map;
import java.util.TreeMap;

/// The node's metadata under Istio's keys: from the environment (`ISTIO_META_X` is key `X`,
/// `ISTIO_METAJSON_X` an object under that key), the proxy configuration and the pod's labels and
/// annotations.
final class NodeMetadata {
    static final Value NONE = Value.getDefaultInstance();
    private static final String PREFIX = "ISTIO_META_";
    private static final String JSON_PREFIX = "ISTIO_METAJSON_";
    private static final String LABELS = "/etc/istio/pod/labels";
    private static final String ANNOTATIONS = "/etc/istio/pod/annotations";

    private final Map<String, String> environment;
    private final Struct proxyConfig;
    private final Map<String, String> labels;
    private final Map<String, String> annotations;

    NodeMetadata(Map<String, String> environment, ContainerFiles files, Struct proxyConfig) {
        this.environment = environment;
        this.proxyConfig = proxyConfig;
        this.labels = podFile(files, LABELS);
        this.annotations = podFile(files, ANNOTATIONS);
    }

    Map<String, String> annotations() {
        return annotations;
    }

    Struct read(NodeId id) {
        var all = Struct.newBuilder();
        put(all, "NAME", id.pod());
        put(all, "NAMESPACE", id.namespace());
        put(all, "INSTANCE_IPS", id.ip());
        put(all, "SERVICE_ACCOUNT", environment.getOrDefault("SERVICE_ACCOUNT", ""));
        put(all, "CLUSTER_ID", "Kubernetes");
        put(all, "ENVOY_STATUS_PORT", 15021);
        put(all, "ENVOY_PROMETHEUS_PORT", 15090);
        put(all, "NODE_NAME", environment.getOrDefault("NODE_NAME", ""));
        all.putFields("LABELS", struct(labels));
        all.putFields("ANNOTATIONS", struct(annotations));
        all.putFields("PROXY_CONFIG", Value.newBuilder().setStructValue(proxyConfig).build());
        proxyConfig
                .getFieldsOrDefault("proxyMetadata", NONE)
                .getStructValue()
                .getFieldsMap()
                .forEach((name, value) -> fromVariable(all, name, value.getStringValue()));
        new TreeMap<>(environment).forEach((name, value) -> fromVariable(all, name, value));
        if (!all.containsFields("WORKLOAD_NAME")) {
            put(all, "WORKLOAD_NAME", labels.getOrDefault("app", ""));
        }
        return all.build();
    }

    private static void fromVariable(Struct.Builder all, String name, String value) {
        if (name.startsWith(JSON_PREFIX)) {
            var object = Documents.struct(name, value);
            merge(
                    all,
                    name.substring(JSON_PREFIX.length()),
                    Value.newBuilder().setStructValue(object).build());
        } else if (name.startsWith(PREFIX)) {
            put(all, name.substring(PREFIX.length()), value);
        }
    }

    /// Maps of the same key (labels from two places) become one.
    private static void merge(Struct.Builder all, String key, Value value) {
        var before = all.getFieldsOrDefault(key, NONE);
        if (before.hasStructValue() && value.hasStructValue()) {
            var both = before.getStructValue().toBuilder().mergeFrom(value.getStructValue());
            all.putFields(key, Value.newBuilder().setStructValue(both).build());
        } else {
            all.putFields(key, value);
        }
    }

    private static void put(Struct.Builder all, String key, String value) {
        if (!value.isEmpty()) {
            all.putFields(key, Value.newBuilder().setStringValue(value).build());
        }
    }

    private static void put(Struct.Builder all, String key, double value) {
        all.putFields(key, Value.newBuilder().setNumberValue(value).build());
    }

    private static Value struct(Map<String, String> map) {
        var struct = Struct.newBuilder();
        map.forEach((key, value) ->
                struct.putFields(key, Value.newBuilder().setStringValue(value).build()));
        return Value.newBuilder().setStructValue(struct).build();
    }

    /// Lines `key="value"`, as the downward API writes them; no file is no entries.
    private static Map<String, String> podFile(ContainerFiles files, String path) {
        var file = files.find(path);
        var found = new TreeMap<String, String>();
        if (!Files.exists(file)) {
            return found;
        }
        try {
            for (var line : Files.readAllLines(file)) {
                var equals = line.indexOf('=');
                if (equals > 0) {
                    found.put(line.substring(0, equals), unquoted(line.substring(equals + 1)));
                }
            }
            return found;
        } catch (IOException e) {
            throw new ProblemException(
                    new Problem(path, "cannot be read: " + e.getMessage(), null, null), e);
        }
    }

    private static String unquoted(String text) {
        if (text.length() < 2 || text.charAt(0) != '"') {
            return text;
        }
        var value = new StringBuilder();
        for (var i = 1; i < text.length() - 1; i++) {
            var c = text.charAt(i);
            if (c != '\\') {
                value.append(c);
                continue;
            }
            var escaped = text.charAt(++i);
            switch (escaped) {
                case 'n' -> value.append('\n');
                case 't' -> value.append('\t');
                case 'r' -> value.append('\r');
                default -> value.append(escaped);
            }
        }
        return value.toString();
    }
}
