package dev.serin.local.host;

import dev.serin.base.Problem;
import dev.serin.base.ProblemException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// The mesh's own namespaces, seen from the supervisor that was started inside them (see [Front]):
/// turns its network namespace into the router between the pods.
public final class Namespaces {
    /// Where the pods' network namespaces are, as `ip netns` names them.
    public static final Path NETNS = Path.of("/run/netns");

    /// The API's address in the network of services.
    public static final String API = "10.96.0.1";

    /// The cluster DNS's address in the network of services.
    public static final String DNS = "10.96.0.10";

    /// Every pod's gateway. An address of the router's loopback, for which it answers on each pod's
    /// own wire.
    public static final String GATEWAY = "169.254.1.1";

    private Namespaces() {}

    /// Builds the router: loopback up with the addresses of API and DNS, forwarding on, and a
    /// private `/run`, where the pods' namespaces are kept. To be called once, first of all, on any
    /// thread.
    ///
    /// @throws ProblemException naming the step that the kernel refused
    public static void build(Programs programs) {
        if (!isPrivate()) {
            throw new ProblemException(
                    new Problem(
                            "supervisor",
                            "it runs in the machine's own namespaces",
                            "namespaces of its own",
                            "start it by `serin up`"));
        }
        programs.need(
                "router namespace",
                List.of("sh", "-ec", "mount -t tmpfs -o mode=755 serin /run; ip -batch -"),
                """
                link set lo up
                addr add %s/32 dev lo
                addr add %s/32 dev lo
                addr add %s/32 dev lo
                route add 10.96.0.0/16 dev lo src %s
                """
                        .formatted(API, DNS, GATEWAY, API));
        write("/proc/sys/net/ipv4/ip_forward", "1");
        write("/proc/sys/net/ipv4/conf/all/rp_filter", "0");
        write("/proc/sys/net/ipv4/conf/default/rp_filter", "0");
    }

    /// Whether this process is root only in a user namespace, where the kernel grants less.
    public static boolean rootless() {
        try {
            return !Files.readString(Path.of("/proc/self/uid_map"))
                    .strip()
                    .replaceAll(" +", " ")
                    .equals("0 0 4294967295");
        } catch (IOException _) {
            return false;
        }
    }

    // A network namespace that was just made has nothing but loopback.
    private static boolean isPrivate() {
        try {
            var lines = Files.readAllLines(Path.of("/proc/net/dev"));
            return lines.stream().skip(2).allMatch(line -> line.strip().startsWith("lo:"));
        } catch (IOException _) {
            return false;
        }
    }

    private static void write(String file, String value) {
        try {
            Files.writeString(Path.of(file), value);
        } catch (IOException e) {
            throw new ProblemException(
                    new Problem(
                            "router namespace",
                            "can't write " + value + " to " + file + " (" + e.getMessage() + ")",
                            null,
                            "start the mesh by `serin up`"),
                    e);
        }
    }
}
