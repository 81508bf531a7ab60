package dev.serin.proxy.stream;

/// Which way a listener's traffic goes, by its `traffic_direction`: into the workload, out of it,
/// or neither (a gateway).
public enum Direction {
    UNSPECIFIED,
    INBOUND,
    OUTBOUND
}
