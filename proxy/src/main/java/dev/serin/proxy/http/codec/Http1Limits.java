package dev.serin.proxy.http.codec;

import java.time.Duration;

/// What one side of HTTP/1.1 may ask of the proxy.
///
/// @param maxHead octets of a head
/// @param maxHeaders fields of a head
/// @param idle how long a connection may be without a stream; zero for ever
/// @param accept10 whether HTTP/1.0 is served
/// @param trailers whether they are passed on in both directions; else they are dropped
public record Http1Limits(
        int maxHead, int maxHeaders, Duration idle, boolean accept10, boolean trailers) {
    /// As Envoy's defaults.
    public static final Http1Limits USUAL =
            new Http1Limits(60 * 1024, 100, Duration.ofHours(1), false, false);
}
