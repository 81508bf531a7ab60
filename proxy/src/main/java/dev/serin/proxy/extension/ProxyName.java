package dev.serin.proxy.extension;

/// Who this proxy is to others, as its node says.
///
/// @param cluster the workload that it stands before; empty if nobody said
/// @param node the proxy itself; empty if nobody said
public record ProxyName(String cluster, String node) {
    /// A proxy that nobody has named.
    public static final ProxyName NONE = new ProxyName("", "");
}
