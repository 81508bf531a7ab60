package dev.serin.proxy.tls.secret;

import com.google.protobuf.ByteString;

import dev.serin.proxy.stream.CertificateFacts;

import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CertificateValidationContext;

import java.util.List;

/// What a secret holds, read and checked. Immutable.
public sealed interface Secret {
    /// A certificate with its key, as PEM.
    ///
    /// @param password of the key; empty for none
    record KeyPair(String chain, String key, String password, CertificateFacts certificate)
            implements Secret {
        @Override
        public boolean equals(Object other) {
            return other instanceof KeyPair pair
                    && pair.chain.equals(chain)
                    && pair.key.equals(key)
                    && pair.password.equals(password);
        }

        @Override
        public int hashCode() {
            return chain.hashCode();
        }

        @Override
        public String toString() {
            return "KeyPair of " + certificate.subject();
        }
    }

    /// Whom to trust; its sources hold their octets.
    record Trust(CertificateValidationContext message) implements Secret {}

    /// Keys of session tickets, the newest first.
    record TicketKeys(List<ByteString> keys) implements Secret {
        @Override
        public String toString() {
            return keys.size() + " ticket keys";
        }
    }
}
