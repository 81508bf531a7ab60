package dev.serin.proxy.http.codec.h2;

import dev.serin.proxy.http.codec.Http1Limits;
import dev.serin.proxy.http.codec.Http1Limits.Underscores;

import org.jspecify.annotations.Nullable;

/// What one side of an HTTP/2 connection is offered and allowed, compiled from Envoy's
/// Http2ProtocolOptions. Immutable.
///
/// @param table octets of the dynamic table that the peer may use, and that ours may have
/// @param streams that the peer may have open at once
/// @param streamWindow octets of one stream that may be on their way to us
/// @param connectionWindow octets of all streams that may be on their way to us
/// @param connect whether extended CONNECT is offered (RFC 8441)
/// @param lenient whether a message that is wrong ends only its stream
/// @param keepalive null to send no PINGs
/// @param maxHead octets of a message's fields
/// @param maxHeaders fields of a message
/// @param underscores what becomes of a request's field with `_` in its name
public record Http2Limits(
        int table,
        int streams,
        int streamWindow,
        int connectionWindow,
        boolean connect,
        boolean lenient,
        Floods floods,
        @Nullable Keepalive keepalive,
        int maxHead,
        int maxHeaders,
        Underscores underscores) {
    /// As Envoy's defaults, but for the windows, which bound the memory that one client can take.
    public static final Http2Limits USUAL =
            new Http2Limits(
                    4096,
                    1024,
                    256 * 1024,
                    4 * 1024 * 1024,
                    false,
                    false,
                    Floods.USUAL,
                    null,
                    60 * 1024,
                    100,
                    Underscores.ALLOW);

    /// How much of what costs the proxy work and the peer nothing is put up with.
    ///
    /// @param outbound frames that wait to be sent
    /// @param outboundControl answers to PING, SETTINGS and wrong streams that wait to be sent
    /// @param empty frames without content in a row
    /// @param priorityPerStream PRIORITY frames for each stream
    /// @param windowUpdatePerData WINDOW_UPDATE frames for each DATA frame sent
    public record Floods(
            int outbound,
            int outboundControl,
            int empty,
            int priorityPerStream,
            int windowUpdatePerData) {
        /// As Envoy's defaults.
        public static final Floods USUAL = new Floods(10_000, 1_000, 1, 100, 10);
    }

    /// PINGs that find dead connections.
    ///
    /// @param millis between them; 0 for none
    /// @param timeoutMillis for the answer
    /// @param idleMillis a connection that was quiet for so long is asked before it is used; 0 for
    ///   never
    /// @param jitterPercent by which `millis` may grow
    public record Keepalive(long millis, long timeoutMillis, long idleMillis, int jitterPercent) {}

    /// With limits for the heads of messages.
    public Http2Limits heads(int octets, int fields) {
        return new Http2Limits(
                table,
                streams,
                streamWindow,
                connectionWindow,
                connect,
                lenient,
                floods,
                keepalive,
                octets,
                fields,
                underscores);
    }

    /// With the rules for clients of any version of HTTP.
    ///
    /// @param errors whether a message that is wrong ends only its stream
    public Http2Limits forClients(Http1Limits common, boolean errors) {
        return new Http2Limits(
                table,
                streams,
                streamWindow,
                connectionWindow,
                connect,
                errors,
                floods,
                keepalive,
                common.maxHead(),
                common.maxHeaders(),
                common.dialect().underscores());
    }
}
