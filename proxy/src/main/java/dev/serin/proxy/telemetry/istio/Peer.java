package dev.serin.proxy.telemetry.istio;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;

import dev.serin.proxy.expression.Expression.Node;
import dev.serin.proxy.stream.Slot;

import org.jspecify.annotations.Nullable;

import java.util.HashMap;
import java.util.Map;

/// A workload as telemetry names it: this proxy's own, or the one at the other end. What is not
/// known reads `unknown`.
public record Peer(
        String workload,
        String namespace,
        String app,
        String version,
        String canonicalService,
        String canonicalRevision,
        String cluster,
        Labels labels) {
    /// What the client's end of a stream told of itself, or the one other end of a connection.
    public static final Slot<Peer> SLOT = new Slot<>(Peer.class, "peer");

    /// What the host's end of a stream told of itself.
    static final Slot<Peer> UPSTREAM = new Slot<>(Peer.class, "upstream-peer");

    /// All labels, for the user's expressions. Peers are not told apart by them: their values are
    /// read anew for each stream.
    record Labels(Map<String, String> all) {
        static final Labels NONE = new Labels(Map.of());

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Labels;
        }

        @Override
        public int hashCode() {
            return 1;
        }
    }

    static final String UNKNOWN_WORD = "unknown";

    /// Nothing is known.
    public static final Peer UNKNOWN =
            new Peer(
                    UNKNOWN_WORD,
                    UNKNOWN_WORD,
                    UNKNOWN_WORD,
                    UNKNOWN_WORD,
                    UNKNOWN_WORD,
                    "latest",
                    UNKNOWN_WORD,
                    Labels.NONE);

    /// Reads the Struct that peers exchange (also the metadata of a node).
    public static Peer of(Struct metadata) {
        var labels = metadata.getFieldsOrDefault("LABELS", EMPTY).getStructValue();
        var workload = text(metadata, "WORKLOAD_NAME", UNKNOWN_WORD);
        var app = text(labels, "app", UNKNOWN_WORD);
        return new Peer(
                workload,
                text(metadata, "NAMESPACE", UNKNOWN_WORD),
                app,
                text(labels, "version", UNKNOWN_WORD),
                text(
                        labels,
                        "service.istio.io/canonical-name",
                        app.equals(UNKNOWN_WORD) ? workload : app),
                text(
                        labels,
                        "service.istio.io/canonical-revision",
                        text(labels, "version", "latest")),
                text(metadata, "CLUSTER_ID", UNKNOWN_WORD),
                all(labels));
    }

    private static Labels all(Struct labels) {
        var all = new HashMap<String, String>();
        labels.getFieldsMap().forEach((name, value) -> all.put(name, value.getStringValue()));
        return all.isEmpty() ? Labels.NONE : new Labels(Map.copyOf(all));
    }

    /// Reads a `baggage` header; null if it tells nothing of a workload.
    static @Nullable Peer ofBaggage(@Nullable String baggage) {
        if (baggage == null) {
            return null;
        }
        var told = new HashMap<String, String>();
        for (var member : baggage.split(",", -1)) {
            var equals = member.indexOf('=');
            if (equals > 0) {
                var end = member.indexOf(';', equals);
                told.put(
                        member.substring(0, equals).strip(),
                        member.substring(equals + 1, end < 0 ? member.length() : end).strip());
            }
        }
        var workload = first(told, "deployment", "cronjob", "job", "pod", "instance");
        var namespace = told.getOrDefault("k8s.namespace.name", "");
        if (workload.isEmpty() && namespace.isEmpty()) {
            return null;
        }
        var known = workload.isEmpty() ? UNKNOWN_WORD : workload;
        var name = told.getOrDefault("service.name", known);
        var revision = told.getOrDefault("service.version", "latest");
        return new Peer(
                known,
                namespace.isEmpty() ? UNKNOWN_WORD : namespace,
                told.getOrDefault("app.name", name),
                told.getOrDefault("app.version", revision),
                name,
                revision,
                told.getOrDefault("k8s.cluster.name", UNKNOWN_WORD),
                Labels.NONE);
    }

    private static String first(Map<String, String> told, String... kinds) {
        for (var kind : kinds) {
            var name = told.get("k8s." + kind + ".name");
            if (name != null && !name.isEmpty()) {
                return name;
            }
        }
        return "";
    }

    /// The same in this namespace.
    Peer in(String proven) {
        return proven.equals(namespace)
                ? this
                : new Peer(
                        workload,
                        proven,
                        app,
                        version,
                        canonicalService,
                        canonicalRevision,
                        cluster,
                        labels);
    }

    /// Reads the `workload` of an endpoint's `istio` metadata:
    /// `name;namespace;canonical-name;canonical-revision;cluster`, later parts may be missing.
    public static @Nullable Peer ofEndpoint(@Nullable Struct istio) {
        if (istio == null) {
            return null;
        }
        var parts = text(istio, "workload", "").split(";", -1);
        if (parts.length < 2) {
            return null;
        }
        var name = part(parts, 2, parts[0]);
        var revision = part(parts, 3, "latest");
        return new Peer(
                part(parts, 0, UNKNOWN_WORD),
                part(parts, 1, UNKNOWN_WORD),
                name,
                revision,
                name,
                revision,
                part(parts, 4, UNKNOWN_WORD),
                Labels.NONE);
    }

    /// As expressions ask for it.
    Node node() {
        return name ->
                switch (name) {
                    case "name", "workload", "workload_name" -> workload;
                    case "namespace" -> namespace;
                    case "cluster", "cluster_id" -> cluster;
                    case "app" -> app;
                    case "version" -> version;
                    case "service", "canonical_name" -> canonicalService;
                    case "revision", "canonical_revision" -> canonicalRevision;
                    case "labels" -> (Node) this::label;
                    default -> null;
                };
    }

    private @Nullable String label(String name) {
        return switch (name) {
            case "app" -> app;
            case "version" -> version;
            case "service.istio.io/canonical-name" -> canonicalService;
            case "service.istio.io/canonical-revision" -> canonicalRevision;
            default -> labels.all().get(name);
        };
    }

    private static final Value EMPTY = Value.getDefaultInstance();

    private static String part(String[] parts, int index, String otherwise) {
        return index < parts.length && !parts[index].isEmpty() ? parts[index] : otherwise;
    }

    static String text(Struct struct, String field, String otherwise) {
        var value = struct.getFieldsOrDefault(field, EMPTY).getStringValue();
        return value.isEmpty() ? otherwise : value;
    }
}
