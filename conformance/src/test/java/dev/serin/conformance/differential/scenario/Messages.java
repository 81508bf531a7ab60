package dev.serin.conformance.differential.scenario;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.TypeRegistry;
import com.google.protobuf.util.JsonFormat;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Envoy's messages out of trees. What stands in an Any is found by its name.
public final class Messages {
    private static final String PREFIX = "type.googleapis.com/";

    private Messages() {}

    /// @throws IllegalArgumentException naming what does not fit
    public static <B extends Message.Builder> B read(Tree tree, B into) {
        try {
            JsonFormat.parser().usingTypeRegistry(types(tree)).merge(tree.json(), into);
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalArgumentException(tree.where() + ": " + e.getMessage(), e);
        }
        return into;
    }

    private static TypeRegistry types(Tree tree) {
        var names = new HashSet<String>();
        collect(tree.fields(), names);
        var registry = TypeRegistry.newBuilder();
        names.forEach(name -> registry.add(descriptor(name)));
        return registry.build();
    }

    private static void collect(Object tree, Set<String> into) {
        switch (tree) {
            case null -> {}
            case Map<?, ?> map -> {
                if (map.get("@type") instanceof String type) {
                    into.add(type.substring(PREFIX.length()));
                }
                map.values().forEach(v -> collect(v, into));
            }
            case List<?> list -> list.forEach(v -> collect(v, into));
            default -> {}
        }
    }

    /// The message of this full name, by the rules that generated classes are named by.
    public static Descriptor descriptor(String name) {
        var prefix =
                name.startsWith("envoy.")
                        ? "io.envoyproxy."
                        : name.startsWith("xds.") || name.startsWith("udpa.")
                                ? name.startsWith("xds.") ? "com.github." : "com.github.udpa."
                                : "com.";
        try {
            return (Descriptor)
                    Class.forName(prefix + name).getMethod("getDescriptor").invoke(null);
        } catch (ReflectiveOperationException e) {
            throw new IllegalArgumentException("no message " + name, e);
        }
    }
}
