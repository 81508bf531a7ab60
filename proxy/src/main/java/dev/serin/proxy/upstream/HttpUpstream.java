package dev.serin.proxy.upstream;

import dev.serin.proxy.http.HttpProtocol;
import dev.serin.proxy.http.codec.Http1Limits;
import dev.serin.proxy.http.codec.h2.Http2Limits;

import java.time.Duration;

/// How HTTP is spoken with a cluster's hosts. Immutable.
///
/// @param idle how long a connection may be without a stream; zero for ever
/// @param lifetime after which a connection takes no more streams; zero for ever
/// @param maxRequests that one connection may carry; 0 for any number
/// @param stream how long a stream may take; zero for as long as it likes
/// @param trailers whether HTTP/1.1 passes them on
/// @param http1 limits of responses in HTTP/1.1, and how it writes names of fields
public record HttpUpstream(
        Choice choice,
        Http2Limits http2,
        Duration idle,
        Duration lifetime,
        int maxRequests,
        Duration stream,
        boolean trailers,
        Http1Limits http1) {
    /// As Envoy's defaults.
    public static final HttpUpstream USUAL =
            new HttpUpstream(
                    Choice.HTTP1,
                    Http2Limits.USUAL,
                    Duration.ofHours(1),
                    Duration.ZERO,
                    0,
                    Duration.ZERO,
                    false,
                    Http1Limits.OF_HOSTS);

    /// Which version of HTTP.
    public enum Choice {
        HTTP1,
        HTTP2,
        /// What the client speaks.
        DOWNSTREAM,
        /// What ALPN says; without TLS HTTP/1.1.
        NEGOTIATED
    }

    /// Whether a stream of a client that speaks `downstream` needs an HTTP/2 connection.
    public boolean http2(HttpProtocol downstream) {
        return switch (choice) {
            case HTTP1, NEGOTIATED -> false;
            case HTTP2 -> true;
            case DOWNSTREAM -> downstream == HttpProtocol.HTTP2;
        };
    }
}
