package dev.serin.identity.x509;

/// A certificate chain and its private key, as PEM text: leaf first, PKCS #8 key without a
/// password.
public record PemKeys(String chain, String key) {
    /// Never prints the key.
    @Override
    public String toString() {
        return "PemKeys[" + chain.length() + " characters of chain]";
    }
}
