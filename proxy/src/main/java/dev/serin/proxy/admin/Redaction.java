package dev.serin.proxy.admin;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.util.JsonFormat.TypeRegistry;

import udpa.annotations.Sensitive;

import java.util.ArrayList;
import java.util.List;

/// Takes secrets out of messages before people see them: every text in a field that Envoy's
/// messages mark as sensitive reads `[redacted]`.
record Redaction(TypeRegistry types) {
    private static final String SHOWN = "[redacted]";

    Message of(Message message) {
        return of(message, false);
    }

    private Message of(Message message, boolean sensitive) {
        if (message.getDescriptorForType().getFullName().equals("google.protobuf.Any")) {
            return any(message, sensitive);
        }
        var builder = message.toBuilder();
        message.getAllFields()
                .forEach((field, value) -> {
                    var hidden = sensitive || field.getOptions().getExtension(Sensitive.sensitive);
                    if (field.isRepeated()) {
                        var values = new ArrayList<Object>();
                        ((List<?>) value).forEach(v -> values.add(one(field, v, hidden)));
                        builder.setField(field, values);
                    } else {
                        builder.setField(field, one(field, value, hidden));
                    }
                });
        return builder.build();
    }

    private Object one(FieldDescriptor field, Object value, boolean hidden) {
        return switch (field.getJavaType()) {
            case MESSAGE -> of((Message) value, hidden);
            case STRING -> hidden ? SHOWN : value;
            case BYTE_STRING -> hidden ? ByteString.copyFromUtf8(SHOWN) : value;
            default -> value;
        };
    }

    /// What it holds, if that is known; else nothing of it where it is sensitive.
    private Message any(Message message, boolean hidden) {
        try {
            var any = Any.parseFrom(message.toByteString());
            var type =
                    types.find(any.getTypeUrl().substring(any.getTypeUrl().lastIndexOf('/') + 1));
            if (type == null) {
                return hidden ? any.toBuilder().clearValue().build() : any;
            }
            var inner = of(DynamicMessage.parseFrom(type, any.getValue()), hidden);
            return any.toBuilder().setValue(inner.toByteString()).build();
        } catch (InvalidProtocolBufferException e) {
            return Any.getDefaultInstance();
        }
    }
}
