package dev.serin.proxy.telemetry.istio;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;

import dev.serin.proxy.expression.Attributes;
import dev.serin.proxy.expression.Expression.Node;
import dev.serin.proxy.telemetry.metrics.Metrics;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// This proxy's own metadata as it is sent to peers, and a memory of what peers sent: the same text
/// comes with every request, so it is read once. Safe for any thread.
public final class PeerMetadata {
    /// Peers that are remembered at most.
    private static final int BOUND = 500;

    private static final int LONGEST = 16 << 10;

    private static final Set<String> SENT =
            Set.of(
                    "NAME",
                    "NAMESPACE",
                    "OWNER",
                    "WORKLOAD_NAME",
                    "CLUSTER_ID",
                    "IDENTITY",
                    "REGION",
                    "AVAILABILITY_ZONE");
    private static final Set<String> SENT_LABELS =
            Set.of(
                    "app",
                    "version",
                    "service.istio.io/canonical-name",
                    "service.istio.io/canonical-revision");

    private final String id;
    private final String encoded;
    private final Peer local;
    private final Struct metadata;
    private final Struct sent;
    private final Map<String, Peer> known = new ConcurrentHashMap<>();

    /// @param id the node's
    /// @param metadata the node's; only what peers may know of it is sent
    public PeerMetadata(String id, Struct metadata) {
        this.id = id;
        this.metadata = metadata;
        this.sent = sent(metadata, SENT_LABELS);
        this.local = Peer.of(metadata);
        this.encoded = Base64.getEncoder().encodeToString(bytes(sent).toByteArray());
    }

    /// What is told of this workload with further labels of it.
    Struct sent(List<String> labels) {
        if (labels.isEmpty()) {
            return sent;
        }
        var all = new HashSet<>(SENT_LABELS);
        all.addAll(labels);
        return sent(metadata, all);
    }

    /// The value of `x-envoy-peer-metadata` with further labels.
    String encoded(List<String> labels) {
        return labels.isEmpty()
                ? encoded
                : Base64.getEncoder().encodeToString(bytes(sent(labels)).toByteArray());
    }

    String id() {
        return id;
    }

    /// The value of `x-envoy-peer-metadata`.
    String encoded() {
        return encoded;
    }

    /// This proxy's node, as expressions ask for it.
    Node node() {
        return name ->
                switch (name) {
                    case "id" -> id;
                    case "metadata" -> Attributes.struct(metadata);
                    default -> null;
                };
    }

    /// Counts this proxy by its version. As Istio's `istio_build`.
    void tellBuild(Metrics metrics) {
        var version = Peer.text(metadata, "ISTIO_VERSION", Peer.UNKNOWN_WORD);
        var build = metrics.gauges("istio_build", List.of("component", "tag")).of("proxy", version);
        if (build.sum() == 0) {
            build.increment();
        }
    }

    Peer local() {
        return local;
    }

    /// Reads what a peer sent; what cannot be read is [Peer#UNKNOWN].
    Peer read(String text) {
        var peer = known.get(text);
        if (peer != null) {
            return peer;
        }
        if (text.length() > LONGEST) {
            return Peer.UNKNOWN;
        }
        try {
            peer = Peer.of(Struct.parseFrom(Base64.getDecoder().decode(text)));
        } catch (IllegalArgumentException | InvalidProtocolBufferException e) {
            return Peer.UNKNOWN;
        }
        if (known.size() >= BOUND) {
            known.clear();
        }
        known.put(text, peer);
        return peer;
    }

    /// Reads what a peer sent as a message.
    Peer read(Struct metadata) {
        return Peer.of(metadata);
    }

    private static Struct sent(Struct metadata, Set<String> toldLabels) {
        var sent = Struct.newBuilder();
        metadata.getFieldsMap()
                .forEach((key, value) -> {
                    if (SENT.contains(key)) {
                        sent.putFields(key, value);
                    }
                });
        var labels = Struct.newBuilder();
        metadata.getFieldsOrDefault("LABELS", Value.getDefaultInstance())
                .getStructValue()
                .getFieldsMap()
                .forEach((key, value) -> {
                    if (toldLabels.contains(key)) {
                        labels.putFields(key, value);
                    }
                });
        return sent.putFields("LABELS", Value.newBuilder().setStructValue(labels).build()).build();
    }

    /// Always the same bytes for the same content, so that peers remember it once.
    private static ByteString bytes(Struct struct) {
        var bytes = new byte[struct.getSerializedSize()];
        var out = CodedOutputStream.newInstance(bytes);
        out.useDeterministicSerialization();
        try {
            struct.writeTo(out);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return ByteString.copyFrom(bytes);
    }
}
