package dev.serin.proxy.fields;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Duration;
import com.google.protobuf.WireFormat;
import com.google.protobuf.util.Durations;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/// Reads single values off the wire, as a person would write them in JSON.
final class WireValues {
    private static final int LONGEST = 60;

    private WireValues() {}

    /// The values of one occurrence of a field: none if it is the default that counts as not set,
    /// several if they are packed, an empty text for one that is not shown.
    static List<String> read(CodedInputStream in, int tag, FieldDescriptor field)
            throws IOException {
        if (WireFormat.getTagWireType(tag) == WireFormat.WIRETYPE_LENGTH_DELIMITED) {
            var bytes = in.readBytes();
            return switch (field.getType()) {
                case STRING ->
                        bytes.isEmpty() && !field.hasPresence() && !field.isRepeated()
                                ? List.of()
                                : List.of(shown(bytes.toStringUtf8()));
                case BYTES -> bytes.isEmpty() && !field.hasPresence() ? List.of() : List.of("");
                case MESSAGE -> List.of(message(bytes, field));
                default -> packed(bytes, field);
            };
        }
        var value = scalar(in, field);
        return isDefault(value, field) ? List.of() : List.of(value);
    }

    private static boolean isDefault(String value, FieldDescriptor field) {
        if (field.hasPresence() || field.isRepeated()) {
            return false;
        }
        return switch (field.getType()) {
            case ENUM -> value.equals(field.getEnumType().getValues().getFirst().getName());
            case BOOL -> value.equals("false");
            default -> value.equals("0") || value.equals("0.0");
        };
    }

    private static List<String> packed(ByteString bytes, FieldDescriptor field) throws IOException {
        var in = bytes.newCodedInput();
        var values = new ArrayList<String>();
        while (!in.isAtEnd()) {
            values.add(scalar(in, field));
        }
        return values;
    }

    private static String scalar(CodedInputStream in, FieldDescriptor field) throws IOException {
        return switch (field.getType()) {
            case ENUM -> {
                var number = in.readEnum();
                var value = field.getEnumType().findValueByNumber(number);
                yield value == null ? "the unknown value " + number : value.getName();
            }
            case BOOL -> String.valueOf(in.readBool());
            case INT32, INT64 -> String.valueOf(in.readInt64());
            case UINT32 -> Integer.toUnsignedString(in.readUInt32());
            case UINT64 -> Long.toUnsignedString(in.readUInt64());
            case SINT32 -> String.valueOf(in.readSInt32());
            case SINT64 -> String.valueOf(in.readSInt64());
            case FIXED32 -> Integer.toUnsignedString(in.readFixed32());
            case FIXED64 -> Long.toUnsignedString(in.readFixed64());
            case SFIXED32 -> String.valueOf(in.readSFixed32());
            case SFIXED64 -> String.valueOf(in.readSFixed64());
            case FLOAT -> String.valueOf(in.readFloat());
            case DOUBLE -> String.valueOf(in.readDouble());
            case STRING, BYTES, MESSAGE, GROUP ->
                    throw new IOException(field.getFullName() + " has another wire type");
        };
    }

    /// Durations and wrapped scalars are shown, other messages are not.
    private static String message(ByteString bytes, FieldDescriptor field) throws IOException {
        var type = field.getMessageType();
        if (type.getFullName().equals("google.protobuf.Duration")) {
            return Durations.toString(Duration.parseFrom(bytes));
        }
        var value = type.findFieldByName("value");
        if (value == null || type.getFields().size() != 1) {
            return "";
        }
        var in = bytes.newCodedInput();
        var tag = in.readTag();
        if (tag == 0) {
            return switch (value.getType()) {
                case BOOL -> "false";
                case STRING, BYTES -> "''";
                default -> "0";
            };
        }
        return value.getType() == FieldDescriptor.Type.STRING
                ? shown(in.readString())
                : value.getType() == FieldDescriptor.Type.BYTES ? "" : scalar(in, value);
    }

    private static String shown(String text) {
        return text.length() <= LONGEST ? text : text.substring(0, LONGEST) + "…";
    }

    /// The text of a field in a message; empty if it is not set.
    static String text(ByteString message, FieldDescriptor field) throws IOException {
        if (field.getType() != FieldDescriptor.Type.STRING) {
            return "";
        }
        var in = message.newCodedInput();
        for (var tag = in.readTag(); tag != 0; tag = in.readTag()) {
            if (WireFormat.getTagFieldNumber(tag) == field.getNumber()) {
                return in.readString();
            }
            in.skipField(tag);
        }
        return "";
    }
}
