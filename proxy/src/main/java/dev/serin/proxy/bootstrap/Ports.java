package dev.serin.proxy.bootstrap;

import dev.serin.base.net.HostPort;

/// Where a proxy answers for itself; port 0 is any free one.
///
/// @param admin for the machine's own people, loopback only
/// @param stats Prometheus' text
/// @param status `/healthz/ready`
/// @param agent the application's probes and merged metrics
public record Ports(HostPort admin, HostPort stats, HostPort status, HostPort agent) {
    /// Istio's ports, in a pod's own network namespace.
    public static final Ports ISTIO =
            new Ports(
                    new HostPort("127.0.0.1", 15000),
                    new HostPort("0.0.0.0", 15090),
                    new HostPort("0.0.0.0", 15021),
                    new HostPort("0.0.0.0", 15020));

    /// Free ports on loopback, for several proxies in one network namespace.
    public static final Ports FREE = loopback(0);

    private static Ports loopback(int port) {
        var any = new HostPort("127.0.0.1", port);
        return new Ports(any, any, any, any);
    }

    /// The same with another place for admin.
    public Ports withAdmin(HostPort place) {
        return new Ports(place, stats, status, agent);
    }
}
