package dev.serin.proxy.http.codec;

import java.time.Duration;

/// How long a client's connection lasts, whichever version of HTTP it speaks. As Envoy's
/// HttpProtocolOptions and HttpConnectionManager.
///
/// @param idle how long it may be without a stream; zero for ever
/// @param age how long it may live before it takes no more streams; zero for ever
/// @param requests streams that it may carry; 0 for any number
/// @param drainMillis how long a connection whose end has come still takes streams, which a client
///   may have begun before it learned of that
/// @param closeMillis how long a connection that is answered before its request was read stays open
///   for the client to read the answer; 0 for not at all
public record Lifetime(
        Duration idle, Duration age, long requests, long drainMillis, long closeMillis) {
    /// As Envoy's defaults.
    public static final Lifetime USUAL =
            new Lifetime(Duration.ofHours(1), Duration.ZERO, 0, 5_000, 1_000);
}
