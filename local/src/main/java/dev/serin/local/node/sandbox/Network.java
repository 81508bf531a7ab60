package dev.serin.local.node.sandbox;

import dev.serin.local.host.Namespaces;
import dev.serin.local.host.Programs;

import java.nio.file.Path;
import java.util.List;

/// The pods' network namespaces: each joined to the router, which is the supervisor's own
/// namespace, by a wire of its own and a route to its one address. Safe for any thread; calls block
/// for some ten milliseconds.
public final class Network {
    private final Programs programs;

    public Network(Programs programs) {
        this.programs = programs;
    }

    /// Makes the namespace `name`; one that is left of before is replaced.
    ///
    /// @param address the pod's, from [Addresses]
    /// @return its path
    public Path make(String name, String address) {
        // One shell for all, since a start of eight pods is felt on two cores. Ports below 1024 are
        // for
        // every user of the pod, as container runtimes have it: the gateway's proxy is not root.
        // ::6 is where the
        // inbound proxy calls the application from, see the packet rules.
        var wire = wire(address);
        programs.need(
                "network of pod " + name,
                List.of(
                        "sh",
                        "-ec",
                        """
                        ip netns del "$1" 2>/dev/null || true
                        ip link del "$2" 2>/dev/null || true
                        ip netns add "$1"
                        ip -batch - <<END
                        link add $2 type veth peer name eth0 netns $1
                        link set $2 up
                        route add $3/32 dev $2
                        END
                        ip -netns "$1" -batch - <<END
                        link set lo up
                        addr add ::6/128 dev lo nodad
                        link set eth0 up
                        addr add $3/32 dev eth0
                        route add $4 dev eth0
                        route add default via $4 dev eth0
                        END
                        ip netns exec "$1" sh -c 'echo 0 > /proc/sys/net/ipv4/ip_unprivileged_port_start'
                        """,
                        "sh",
                        name,
                        wire,
                        address,
                        Namespaces.GATEWAY),
                "");
        return Namespaces.NETNS.resolve(name);
    }

    public void remove(String name, String address) {
        programs.run(
                List.of(
                        "sh",
                        "-c",
                        "ip link del \"$2\"; ip netns del \"$1\"",
                        "sh",
                        name,
                        wire(address)),
                "");
    }

    // An interface's name has at most 15 letters: `p` and the last two numbers of the address.
    private static String wire(String address) {
        var parts = address.split("\\.");
        return "p" + parts[2] + "-" + parts[3];
    }
}
