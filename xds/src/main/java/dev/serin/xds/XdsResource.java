package dev.serin.xds;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.Message;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/// One resource as it goes over the wire. Its version is a hash of its content, so that equal
/// content has an equal version on every server and after every restart.
public record XdsResource(ResourceType type, String name, String version, Any body) {

    /// Packs `message`, with map entries in a fixed order.
    public static XdsResource of(ResourceType type, String name, Message message) {
        var bytes = new byte[message.getSerializedSize()];
        var out = CodedOutputStream.newInstance(bytes);
        out.useDeterministicSerialization();
        try {
            message.writeTo(out);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        var body =
                Any.newBuilder()
                        .setTypeUrl(type.typeUrl())
                        .setValue(ByteString.copyFrom(bytes))
                        .build();
        return new XdsResource(type, name, hash(bytes), body);
    }

    /// Bytes on the wire, about.
    public int size() {
        return body.getValue().size() + name.length() + 64;
    }

    private static String hash(byte[] bytes) {
        try {
            var digest = MessageDigest.getInstance("SHA-256").digest(bytes);
            return HexFormat.of().formatHex(digest, 0, 8);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public String toString() {
        return type.abbreviation() + " " + name + " " + version;
    }
}
