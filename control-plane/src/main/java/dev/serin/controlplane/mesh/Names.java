package dev.serin.controlplane.mesh;

import org.jspecify.annotations.Nullable;

/// Names of clusters, listeners and route configurations, all in Istio's form.
public final class Names {
    public static final String PASSTHROUGH = "PassthroughCluster";
    public static final String BLACK_HOLE = "BlackHoleCluster";
    public static final String INBOUND_PASSTHROUGH = "InboundPassthroughCluster";
    public static final String VIRTUAL_OUTBOUND = "virtualOutbound";
    public static final String VIRTUAL_INBOUND = "virtualInbound";
    public static final int OUTBOUND_PORT = 15001;
    public static final int INBOUND_PORT = 15006;

    private Names() {}

    public static String outbound(int port, String subset, String host) {
        return "outbound|" + port + "|" + subset + "|" + host;
    }

    public static String inbound(int port) {
        return "inbound|" + port + "||";
    }

    /// What an outbound cluster's name says, null if it is not one.
    public static @Nullable Outbound parse(String cluster) {
        var parts = cluster.split("\\|", -1);
        if (parts.length != 4 || !parts[0].equals("outbound")) {
            return null;
        }
        try {
            return new Outbound(Integer.parseInt(parts[1]), parts[2], parts[3]);
        } catch (NumberFormatException e) {
            return null;
        }
    }

    /// @param subset empty for the whole service
    public record Outbound(int port, String subset, String host) {}
}
