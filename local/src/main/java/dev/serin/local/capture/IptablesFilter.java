package dev.serin.local.capture;

import dev.serin.local.host.Programs;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/// Packet rules by iptables-restore and ip6tables-restore: the whole nat table of a namespace,
/// which is the mesh's own, replaced in one commit a family.
final class IptablesFilter implements PacketFilter {
    private final Tool tool;

    IptablesFilter(Programs programs) {
        this.tool = new Tool(programs);
    }

    @Override
    public void capture(Path namespace, Set<Integer> inboundLeftAlone) {
        tool.load(
                namespace,
                List.of("iptables-restore", "-w", "5"),
                captureRules(inboundLeftAlone, "127.0.0.6/32", "127.0.0.0/8"));
        if (Files.exists(Path.of("/proc/net/if_inet6"))) {
            tool.load(
                    namespace,
                    List.of("ip6tables-restore", "-w", "5"),
                    captureRules(inboundLeftAlone, "::6/128", "::1/128"));
        }
    }

    @Override
    public void services(List<ServiceRule> services, Target outside) {
        var rules = new ArrayList<String>();
        rules.add("*nat");
        rules.add(":SERIN_SERVICES - [0:0]");
        rules.add("-A PREROUTING -j SERIN_SERVICES");
        rules.add("-A OUTPUT -j SERIN_SERVICES");
        rules.add("-A SERIN_SERVICES -d " + GATEWAY + "/32 -j RETURN");
        rules.add("-A SERIN_SERVICES -d " + DNS + "/32 -j RETURN");
        services.forEach(service -> dnat(rules, service));
        for (var protocol : List.of("tcp", "udp")) {
            rules.add(
                    "-A SERIN_SERVICES -d %s -p %s -j DNAT --to-destination %s:%d"
                            .formatted(SERVICES, protocol, CLOSED.address(), CLOSED.port()));
        }
        for (var inside : List.of(PODS, "127.0.0.0/8", "169.254.0.0/16")) {
            rules.add("-A SERIN_SERVICES -d " + inside + " -j RETURN");
        }
        rules.add(
                "-A SERIN_SERVICES -p tcp -j DNAT --to-destination %s:%d"
                        .formatted(outside.address(), outside.port()));
        services.stream()
                .flatMap(s -> s.targets().stream())
                .map(Target::address)
                .distinct()
                .forEach(a ->
                        rules.add(
                                "-A POSTROUTING -s %s -d %s -j SNAT --to-source %s"
                                        .formatted(a, a, GATEWAY)));
        rules.add("COMMIT\n");
        tool.load(null, List.of("iptables-restore", "-w", "5"), String.join("\n", rules));
    }

    // The same rules in the same order as NftFilter's, where each is explained.
    private static String captureRules(Set<Integer> inboundLeftAlone, String six, String loopback) {
        var rules = new ArrayList<String>();
        rules.add("*nat");
        for (var port : inboundLeftAlone.stream().sorted().toList()) {
            rules.add("-A PREROUTING -p tcp --dport " + port + " -j RETURN");
        }
        rules.add("-A PREROUTING -p tcp -j REDIRECT --to-ports 15006");
        rules.add("-A OUTPUT -o lo -s " + six + " -j RETURN");
        rules.add(
                "-A OUTPUT -o lo ! -d "
                        + loopback
                        + " -p tcp ! --dport 15008 -m mark --mark 0x539"
                        + " -j REDIRECT --to-ports 15006");
        rules.add("-A OUTPUT -m mark --mark 0x539 -j RETURN");
        rules.add("-A OUTPUT -o lo -j RETURN");
        rules.add("-A OUTPUT -d " + loopback + " -j RETURN");
        rules.add("-A OUTPUT -p tcp -j REDIRECT --to-ports 15001");
        rules.add("COMMIT\n");
        return String.join("\n", rules);
    }

    private static void dnat(List<String> rules, ServiceRule s) {
        var match =
                "-A SERIN_SERVICES -d %s/32 -p %s --dport %d "
                        .formatted(s.address(), s.protocol(), s.port());
        var targets = s.targets().isEmpty() ? List.of(CLOSED) : s.targets();
        for (int i = 0; i < targets.size(); i++) {
            var left = targets.size() - i;
            // Every n-th of what the rules before let through: each target gets the same share.
            var share = left == 1 ? "" : "-m statistic --mode nth --every " + left + " --packet 0 ";
            rules.add(
                    match
                            + share
                            + "-j DNAT --to-destination "
                            + targets.get(i).address()
                            + ":"
                            + targets.get(i).port());
        }
    }
}
