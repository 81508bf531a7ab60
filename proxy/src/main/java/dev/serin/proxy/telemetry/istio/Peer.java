package dev.serin.proxy.telemetry.istio;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;

import dev.serin.proxy.expression.Expression.Node;
import dev.serin.proxy.stream.Slot;

import org.jspecify.annotations.Nullable;

/// A workload as telemetry names it: this proxy's own, or the one at the other end. What is not
/// known reads `unknown`.
public record Peer(
        String workload,
        String namespace,
        String app,
        String version,
        String canonicalService,
        String canonicalRevision,
        String cluster) {
    /// What the other end of a stream or connection told of itself.
    public static final Slot<Peer> SLOT = new Slot<>(Peer.class, "peer");

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
                    UNKNOWN_WORD);

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
                text(metadata, "CLUSTER_ID", UNKNOWN_WORD));
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
                part(parts, 4, UNKNOWN_WORD));
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
            default -> null;
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
