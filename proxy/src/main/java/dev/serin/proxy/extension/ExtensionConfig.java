package dev.serin.proxy.extension;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.Parser;
import com.google.protobuf.Struct;
import com.google.protobuf.util.JsonFormat;

import dev.serin.proxy.fields.FieldLists;
import dev.serin.proxy.fields.KnownTypes;

import org.jspecify.annotations.Nullable;

/// The configuration of one extension: a message by its type, or the Struct that a TypedStruct
/// holds in its place.
///
/// @param name the filter's name in its chain
/// @param type without the `type.googleapis.com/`; for a TypedStruct the type that it stands for
/// @param struct set exactly if it came as a TypedStruct
public record ExtensionConfig(String name, String type, ByteString bytes, @Nullable Struct struct) {
    private static final String UDPA_STRUCT = "udpa.type.v1.TypedStruct";
    private static final String XDS_STRUCT = "xds.type.v3.TypedStruct";

    /// Reads `any`, looking into a TypedStruct.
    public static ExtensionConfig of(String name, Any any) throws ConfigProblem {
        var type = shortType(any.getTypeUrl());
        try {
            if (type.equals(UDPA_STRUCT)) {
                var typed = com.github.udpa.udpa.type.v1.TypedStruct.parseFrom(any.getValue());
                return new ExtensionConfig(
                        name, shortType(typed.getTypeUrl()), ByteString.EMPTY, typed.getValue());
            }
            if (type.equals(XDS_STRUCT)) {
                var typed = com.github.xds.type.v3.TypedStruct.parseFrom(any.getValue());
                return new ExtensionConfig(
                        name, shortType(typed.getTypeUrl()), ByteString.EMPTY, typed.getValue());
            }
        } catch (InvalidProtocolBufferException e) {
            throw new ConfigProblem("typed_config", type + " does not parse: " + e.getMessage());
        }
        return new ExtensionConfig(name, type, any.getValue(), null);
    }

    /// The message, read by `parser`.
    ///
    /// @throws ConfigProblem if it does not parse, or no list says which of its fields are read
    public <M extends Message> M as(Parser<M> parser) throws ConfigProblem {
        if (!FieldLists.own().knows(type)) {
            throw new ConfigProblem("typed_config", "no list of fields for " + type);
        }
        try {
            return struct == null ? parser.parseFrom(bytes) : of(struct, parser);
        } catch (InvalidProtocolBufferException e) {
            throw new ConfigProblem("typed_config", type + " does not parse: " + e.getMessage());
        }
    }

    private static <M extends Message> M of(Struct struct, Parser<M> parser)
            throws InvalidProtocolBufferException {
        var builder = parser.parseFrom(ByteString.EMPTY).newBuilderForType();
        var json = JsonFormat.printer().print(struct);
        JsonFormat.parser().usingTypeRegistry(KnownTypes.registryFor(json)).merge(json, builder);
        return parser.parseFrom(builder.build().toByteString());
    }

    private static String shortType(String url) {
        return url.substring(url.lastIndexOf('/') + 1);
    }
}
