package dev.serin.xds.server;

/// Who opened a stream, as its credentials prove.
///
/// @param namespace empty if the credentials name none, which lets the caller act for any
public record Caller(String namespace, String serviceAccount) {
    /// A caller on a port that asks for no credentials.
    public static final Caller ANYONE = new Caller("", "");

    @Override
    public String toString() {
        return namespace.isEmpty() ? "anyone" : namespace + "/" + serviceAccount;
    }
}
