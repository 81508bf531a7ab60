package dev.serin.proxy.transport;

import com.google.protobuf.ByteString;

import java.net.InetSocketAddress;
import java.util.List;

/// A client, as a PROXY header tells of it.
///
/// @param source the client
/// @param destination what it meant to reach
/// @param tlvs that came with its own header
public record ProxiedClient(
        InetSocketAddress source, InetSocketAddress destination, List<Tlv> tlvs) {
    /// A further fact.
    public record Tlv(int type, ByteString value) {}
}
