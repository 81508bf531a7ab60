package dev.serin.proxy.stream;

import org.jspecify.annotations.Nullable;

/// What TLS made of one connection.
///
/// @param version as `TLSv1.3`
/// @param cipher OpenSSL's name, as `ECDHE-RSA-AES128-GCM-SHA256` or `TLS_AES_128_GCM_SHA256`
/// @param serverName by SNI, in lower case
/// @param alpn the protocol agreed on
/// @param sessionId in hex; empty under TLS 1.3
/// @param resumed whether the handshake was an abbreviated one
/// @param local this proxy's certificate; null if it has shown none
/// @param peer null if it has shown none
/// @param validated whether the peer's certificate was verified
public record TlsFacts(
        String version,
        String cipher,
        @Nullable String serverName,
        @Nullable String alpn,
        String sessionId,
        boolean resumed,
        @Nullable CertificateFacts local,
        @Nullable CertificateFacts peer,
        boolean validated) {
    /// The first SPIFFE ID of a verified peer.
    public @Nullable String peerIdentity() {
        if (peer == null || !validated) {
            return null;
        }
        for (var uri : peer.uriSans()) {
            if (uri.startsWith("spiffe://")) {
                return uri;
            }
        }
        return null;
    }
}
