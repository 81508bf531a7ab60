package dev.serin.proxy.network.filter;

import dev.serin.proxy.stream.Slot;

/// The cluster that a filter chose for a connection, in place of the TCP proxy's own. As Envoy's
/// filter state `envoy.tcp_proxy.cluster`.
public final class TcpCluster {
    public static final Slot<String> SLOT = new Slot<>(String.class, "tcp-cluster");

    private TcpCluster() {}
}
