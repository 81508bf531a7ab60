package dev.serin.proxy.stream;

/// The octets of a stream or connection, as the client sees them.
///
/// @param received body octets from the client
/// @param sent body octets to the client
/// @param receivedHead octets of the request's head and trailers, 0 for TCP
/// @param sentHead octets of the response's head and trailers, 0 for TCP
public record Traffic(long received, long sent, long receivedHead, long sentHead) {}
