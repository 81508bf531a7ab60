package dev.serin.proxy.stream;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;

import org.jspecify.annotations.Nullable;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// What filters found out about one stream or connection, by namespace, for later filters and logs.
/// As Envoy's dynamic metadata. The stream's event loop owns it.
public final class DynamicMetadata {
    private static final Slot<DynamicMetadata> SLOT =
            new Slot<>(DynamicMetadata.class, "dynamic-metadata");

    private final Map<String, Struct> namespaces = new HashMap<>(2);

    private DynamicMetadata() {}

    /// The Struct of `namespace`; null if nothing was put there.
    public static @Nullable Struct get(Slots slots, String namespace) {
        var metadata = slots.get(SLOT);
        return metadata == null ? null : metadata.namespaces.get(namespace);
    }

    /// Puts `fields` into `namespace`, over fields of the same names.
    public static void merge(Slots slots, String namespace, Struct fields) {
        var metadata = slots.get(SLOT);
        if (metadata == null) {
            metadata = new DynamicMetadata();
            slots.put(SLOT, metadata);
        }
        var before = metadata.namespaces.get(namespace);
        metadata.namespaces.put(
                namespace,
                before == null
                        ? fields
                        : before.toBuilder().putAllFields(fields.getFieldsMap()).build());
    }

    /// Puts a text into `namespace`.
    public static void put(Slots slots, String namespace, String key, String text) {
        merge(
                slots,
                namespace,
                Struct.newBuilder()
                        .putFields(key, Value.newBuilder().setStringValue(text).build())
                        .build());
    }

    /// The value at the end of `path` in `struct`; null if there is none.
    public static @Nullable Value at(@Nullable Struct struct, List<String> path) {
        var inner = struct;
        Value found = null;
        for (var key : path) {
            found = inner == null ? null : inner.getFieldsMap().get(key);
            if (found == null) {
                return null;
            }
            inner = found.hasStructValue() ? found.getStructValue() : null;
        }
        return found;
    }
}
