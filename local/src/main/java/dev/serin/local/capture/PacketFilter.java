package dev.serin.local.capture;

import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/// Programs the kernel's packet rules, by netlink; on a kernel that refuses, by nft or iptables.
/// Each call replaces what the same call set before, in one atomic step; a failure says what
/// refused them, and the cure.
public interface PacketFilter {
    /// The router's own address in the network of services, where the API listens.
    String GATEWAY = "10.96.0.1";

    /// Where services have their addresses, but for the two that are the router's own.
    String SERVICES = "10.96.0.0/16";

    /// The cluster DNS's address.
    String DNS = "10.96.0.10";

    /// Where a service without targets leads: a port of the router's that is never open, so that
    /// the kernel itself refuses the connection.
    Target CLOSED = new Target(GATEWAY, 1);

    /// Where the pods have their addresses.
    String PODS = "10.244.0.0/16";

    /// Where connections to the outside of the mesh are taken, when they may go there.
    Target EGRESS = new Target(GATEWAY, 2);

    /// Takes all TCP in and out of a pod to its sidecar: inbound to 15006, outbound to 15001, but
    /// for what the sidecar marks 0x539 itself.
    ///
    /// @param namespace the pod's network namespace, `/run/netns/…`
    /// @param inboundLeftAlone ports that the sidecar serves itself (15008, 15020, 15021, 15090 …)
    void capture(Path namespace, Set<Integer> inboundLeftAlone);

    /// Gives services their virtual addresses, in the mesh's own namespace, which routes between
    /// the pods, and TCP to everywhere else one target.
    ///
    /// @param outside for what is neither a service's nor a pod's nor the machine's own link:
    ///   [#EGRESS], or [#CLOSED]
    void services(List<ServiceRule> services, Target outside);

    /// One port of one service: `address:port` goes to one of the targets, each as often; no
    /// target: refused. So is every other port and address of [#SERVICES].
    ///
    /// @param protocol `tcp` or `udp`
    record ServiceRule(String address, String protocol, int port, List<Target> targets) {}

    record Target(String address, int port) {}
}
