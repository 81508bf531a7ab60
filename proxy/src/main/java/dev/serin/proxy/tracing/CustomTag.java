package dev.serin.proxy.tracing;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;

import dev.serin.proxy.extension.ConfigProblem;
import dev.serin.proxy.stream.DynamicMetadata;
import dev.serin.proxy.stream.StreamEnd;

import io.envoyproxy.envoy.type.metadata.v3.MetadataKey;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Locale;
import java.util.function.Function;

/// A tag that the user wants on each span. As Envoy's CustomTag.
///
/// @param value null for no tag
public record CustomTag(String name, Function<StreamEnd, @Nullable String> value) {
    /// @param environment variables of this process
    static CustomTag of(
            io.envoyproxy.envoy.type.tracing.v3.CustomTag message,
            Function<String, @Nullable String> environment)
            throws ConfigProblem {
        return new CustomTag(message.getTag(), value(message, environment));
    }

    private static Function<StreamEnd, @Nullable String> value(
            io.envoyproxy.envoy.type.tracing.v3.CustomTag message,
            Function<String, @Nullable String> environment)
            throws ConfigProblem {
        return switch (message.getTypeCase()) {
            case LITERAL -> {
                var text = message.getLiteral().getValue();
                yield _ -> text;
            }
            case ENVIRONMENT -> {
                var found = environment.apply(message.getEnvironment().getName());
                var text =
                        orNull(found == null ? message.getEnvironment().getDefaultValue() : found);
                yield _ -> text;
            }
            case REQUEST_HEADER -> {
                var header = message.getRequestHeader().getName().toLowerCase(Locale.ROOT);
                var otherwise = orNull(message.getRequestHeader().getDefaultValue());
                yield end -> {
                    var found = end.request().get(header);
                    return found == null ? otherwise : found;
                };
            }
            case METADATA -> metadata(message.getMetadata());
            case TYPE_NOT_SET ->
                    throw new ConfigProblem("custom_tags['" + message.getTag() + "']", "is empty");
        };
    }

    private static Function<StreamEnd, @Nullable String> metadata(
            io.envoyproxy.envoy.type.tracing.v3.CustomTag.Metadata message) throws ConfigProblem {
        var namespace = message.getMetadataKey().getKey();
        var path =
                message.getMetadataKey().getPathList().stream()
                        .map(MetadataKey.PathSegment::getKey)
                        .toList();
        var otherwise = orNull(message.getDefaultValue());
        Function<StreamEnd, @Nullable Struct> struct =
                switch (message.getKind().getKindCase()) {
                    case REQUEST -> end -> DynamicMetadata.get(end.slots(), namespace);
                    case ROUTE ->
                            end ->
                                    end.route() == null
                                            ? null
                                            : end.route().metadata().get(namespace);
                    case CLUSTER ->
                            end ->
                                    end.upstream() == null
                                            ? null
                                            : end.upstream().clusterMetadata().get(namespace);
                    case HOST ->
                            end ->
                                    end.upstream() == null
                                            ? null
                                            : end.upstream().hostMetadata().get(namespace);
                    case KIND_NOT_SET ->
                            throw new ConfigProblem("custom_tags.metadata.kind", "is missing");
                };
        return end -> {
            var found = text(struct.apply(end), path);
            return found == null ? otherwise : found;
        };
    }

    private static @Nullable String text(@Nullable Struct struct, List<String> path) {
        Value value = DynamicMetadata.at(struct, path);
        if (value == null) {
            return null;
        }
        return switch (value.getKindCase()) {
            case STRING_VALUE -> value.getStringValue();
            case BOOL_VALUE -> Boolean.toString(value.getBoolValue());
            case NUMBER_VALUE -> Double.toString(value.getNumberValue());
            default -> null;
        };
    }

    private static @Nullable String orNull(String text) {
        return text.isEmpty() ? null : text;
    }
}
