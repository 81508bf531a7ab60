package dev.serin.controlplane.generate;

import com.google.protobuf.Any;
import com.google.protobuf.BoolValue;
import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.Duration;
import com.google.protobuf.Message;
import com.google.protobuf.Struct;
import com.google.protobuf.UInt32Value;
import com.google.protobuf.Value;

import io.envoyproxy.envoy.config.core.v3.Address;
import io.envoyproxy.envoy.config.core.v3.Metadata;
import io.envoyproxy.envoy.config.core.v3.SocketAddress;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.TreeMap;

/// The small messages that are in all of Envoy's configuration.
public final class Protos {
    private Protos() {}

    public static Duration duration(java.time.Duration duration) {
        return Duration.newBuilder()
                .setSeconds(duration.getSeconds())
                .setNanos(duration.getNano())
                .build();
    }

    public static UInt32Value number(long value) {
        return UInt32Value.of((int) value);
    }

    public static BoolValue yes() {
        return BoolValue.of(true);
    }

    public static BoolValue no() {
        return BoolValue.of(false);
    }

    public static Address address(String host, int port) {
        return Address.newBuilder()
                .setSocketAddress(SocketAddress.newBuilder().setAddress(host).setPortValue(port))
                .build();
    }

    /// Packed with map entries in a fixed order: the bytes are part of what versions are made of.
    public static Any any(Message message) {
        var bytes = new byte[message.getSerializedSize()];
        var out = CodedOutputStream.newInstance(bytes);
        out.useDeterministicSerialization();
        try {
            message.writeTo(out);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return Any.newBuilder()
                .setTypeUrl("type.googleapis.com/" + message.getDescriptorForType().getFullName())
                .setValue(ByteString.copyFrom(bytes))
                .build();
    }

    public static Value text(String text) {
        return Value.newBuilder().setStringValue(text).build();
    }

    public static Struct struct(Map<String, Value> fields) {
        return Struct.newBuilder().putAllFields(new TreeMap<>(fields)).build();
    }

    /// Metadata under Istio's own name.
    public static Metadata istio(Map<String, Value> fields) {
        return Metadata.newBuilder().putFilterMetadata("istio", struct(fields)).build();
    }
}
