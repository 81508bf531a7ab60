package dev.serin.proxy.transport;

import com.google.protobuf.ByteString;

import dev.serin.proxy.stream.Slot;

import java.net.InetSocketAddress;
import java.util.List;

/// A client, as a PROXY header tells of it.
///
/// @param source the client
/// @param destination what it meant to reach
/// @param tlvs that came with its own header
public record ProxiedClient(
        InetSocketAddress source, InetSocketAddress destination, List<Tlv> tlvs) {
    /// Who a connection's own PROXY header told of.
    public static final Slot<ProxiedClient> SLOT =
            new Slot<>(ProxiedClient.class, "proxied-client");

    /// A further fact.
    public record Tlv(int type, ByteString value) {}
}
