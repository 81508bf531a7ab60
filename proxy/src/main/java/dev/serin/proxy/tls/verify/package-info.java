/// Whether a peer's certificate is one to speak with. Start here: [PeerVerifier], then
/// [TrustChains].
@NullMarked
package dev.serin.proxy.tls.verify;

import org.jspecify.annotations.NullMarked;
