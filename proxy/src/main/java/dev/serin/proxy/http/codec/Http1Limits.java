package dev.serin.proxy.http.codec;

import java.time.Duration;

/// What one side of HTTP/1.1 may ask of the proxy.
///
/// @param maxHead octets of a head
/// @param maxHeaders fields of a head
/// @param idle how long a connection may be without a stream; zero for ever
/// @param connection how long a connection may live before it takes no more streams; zero for ever
/// @param requests streams that a connection may carry; 0 for any number
/// @param headMillis from a head's first octet to its last; 0 for ever
/// @param closeMillis how long a connection that is answered before its request was read stays open
///   for the client to read the answer; 0 for not at all
public record Http1Limits(
        int maxHead,
        int maxHeaders,
        Duration idle,
        Duration connection,
        long requests,
        long headMillis,
        long closeMillis,
        Dialect dialect) {
    /// As Envoy's defaults.
    public static final Http1Limits USUAL =
            new Http1Limits(
                    60 * 1024,
                    100,
                    Duration.ofHours(1),
                    Duration.ZERO,
                    0,
                    300_000,
                    1_000,
                    Dialect.USUAL);

    /// The same with names written so.
    Http1Limits with(Spelling spelling) {
        return new Http1Limits(
                maxHead,
                maxHeaders,
                idle,
                connection,
                requests,
                headMillis,
                closeMillis,
                dialect.with(spelling));
    }

    /// The same with another bound for a head.
    Http1Limits withHead(int octets) {
        return new Http1Limits(
                octets, maxHeaders, idle, connection, requests, headMillis, closeMillis, dialect);
    }

    /// Which forms of HTTP/1 are spoken with clients. As Envoy's Http1ProtocolOptions.
    ///
    /// @param accept10 whether HTTP/1.0 is served
    /// @param host10 the host of a request of HTTP/1.0 that names none; empty to refuse it
    /// @param chunkedLength whether a length beside chunks is dropped rather than refused
    /// @param customMethods whether methods that nobody knows are passed on
    /// @param absoluteUrls whether a target with a scheme and a host is taken apart
    /// @param trailers whether they are passed on
    /// @param spelling how names of fields are written
    /// @param forwardExpect whether `expect: 100-continue` is for the host to answer
    /// @param keepsAfterErrors whether a connection goes on after a request that got a 400
    /// @param underscores what becomes of a field with `_` in its name
    public record Dialect(
            boolean accept10,
            String host10,
            boolean chunkedLength,
            boolean customMethods,
            boolean absoluteUrls,
            boolean trailers,
            Spelling spelling,
            boolean forwardExpect,
            boolean keepsAfterErrors,
            Underscores underscores) {
        public static final Dialect USUAL =
                new Dialect(
                        false,
                        "",
                        false,
                        false,
                        true,
                        false,
                        Spelling.LOWER,
                        false,
                        false,
                        Underscores.ALLOW);

        /// The same with names written so.
        Dialect with(Spelling next) {
            return new Dialect(
                    accept10,
                    host10,
                    chunkedLength,
                    customMethods,
                    absoluteUrls,
                    trailers,
                    next,
                    forwardExpect,
                    keepsAfterErrors,
                    underscores);
        }
    }

    /// Some servers take `a_b` for `a-b`, by which a rule about that header can be evaded.
    public enum Underscores {
        ALLOW,
        REFUSE,
        DROP
    }
}
