package dev.serin.proxy.http.codec;

/// What one side of HTTP/1.1 may ask of the proxy.
///
/// @param maxHead octets of a head
/// @param maxHeaders fields of a head
/// @param headMillis from a head's first octet to its last; 0 for ever
public record Http1Limits(
        int maxHead, int maxHeaders, Lifetime life, long headMillis, Dialect dialect) {
    /// As Envoy's defaults.
    public static final Http1Limits USUAL =
            new Http1Limits(60 * 1024, 100, Lifetime.USUAL, 300_000, Dialect.USUAL);

    /// What is taken of hosts' answers, as Envoy's defaults.
    public static final Http1Limits OF_HOSTS =
            new Http1Limits(80 * 1024, 100, Lifetime.USUAL, 300_000, Dialect.USUAL);

    /// The same with names written so.
    public Http1Limits with(Spelling spelling) {
        return new Http1Limits(maxHead, maxHeaders, life, headMillis, dialect.with(spelling));
    }

    /// The same with other bounds for a head.
    ///
    /// @param fields how many
    public Http1Limits heads(int octets, int fields) {
        return new Http1Limits(octets, fields, life, headMillis, dialect);
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
