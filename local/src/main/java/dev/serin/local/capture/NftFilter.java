package dev.serin.local.capture;

import dev.serin.local.host.Programs;

import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// Packet rules by nft: one table for each call, replaced in one transaction.
final class NftFilter implements PacketFilter {
    private final Tool tool;

    NftFilter(Programs programs) {
        this.tool = new Tool(programs);
    }

    @Override
    public void capture(Path namespace, Set<Integer> inboundLeftAlone) {
        tool.load(namespace, List.of("nft", "-f", "-"), captureRules(inboundLeftAlone));
    }

    @Override
    public void services(List<ServiceRule> services, Target outside) {
        tool.load(null, List.of("nft", "-f", "-"), serviceRules(services, outside));
    }

    private static String captureRules(Set<Integer> inboundLeftAlone) {
        var alone =
                inboundLeftAlone.isEmpty()
                        ? ""
                        : "tcp dport { "
                                + inboundLeftAlone.stream()
                                        .sorted()
                                        .map(String::valueOf)
                                        .collect(Collectors.joining(", "))
                                + " } return";
        // First what the inbound side sends to the app itself (from 127.0.0.6), else it would loop;
        // then the proxy's calls to its own pod, which are inbound again; then all else of the
        // proxy's and what stays on loopback.
        return """
        table inet serin_capture
        delete table inet serin_capture
        table inet serin_capture {
          chain prerouting {
            type nat hook prerouting priority -100
            meta l4proto != tcp return
            %s
            meta l4proto tcp redirect to :15006
          }
          chain output {
            type nat hook output priority -100
            meta l4proto != tcp return
            oifname "lo" ip saddr 127.0.0.6 return
            oifname "lo" ip6 saddr ::6 return
            oifname "lo" meta mark 0x539 ip daddr != 127.0.0.0/8 tcp dport != 15008 redirect to :15006
            oifname "lo" meta mark 0x539 ip6 daddr != ::1 tcp dport != 15008 redirect to :15006
            meta mark 0x539 return
            oifname "lo" return
            ip daddr 127.0.0.0/8 return
            ip6 daddr ::1 return
            meta l4proto tcp redirect to :15001
          }
        }
        """
                .formatted(alone);
    }

    private static String serviceRules(List<ServiceRule> services, Target outside) {
        var dnat = services.stream().map(NftFilter::dnat).collect(Collectors.joining("\n"));
        var hairpin =
                services.stream()
                        .flatMap(s -> s.targets().stream())
                        .map(Target::address)
                        .distinct()
                        .map(a -> "ip saddr " + a + " ip daddr " + a + " snat to " + GATEWAY)
                        .collect(Collectors.joining("\n"));
        // What is neither a service's nor a pod's is outside; addresses of the machine's own link
        // are nobody's in a mesh, but for the node's.
        return """
        table ip serin_services
        delete table ip serin_services
        table ip serin_services {
          chain services {
            ip daddr { %s, %s } return
            %s
            ip daddr %s tcp dport 0-65535 dnat to %s:%d
            ip daddr %s udp dport 0-65535 dnat to %s:%d
            ip daddr %s return
            ip daddr 127.0.0.0/8 return
            ip daddr 169.254.0.0/16 return
            tcp dport 0-65535 dnat to %s:%d
          }
          chain prerouting {
            type nat hook prerouting priority -100
            jump services
          }
          chain output {
            type nat hook output priority -100
            jump services
          }
          chain postrouting {
            type nat hook postrouting priority 100
            %s
          }
        }
        """
                .formatted(
                        GATEWAY,
                        DNS,
                        dnat,
                        SERVICES,
                        CLOSED.address(),
                        CLOSED.port(),
                        SERVICES,
                        CLOSED.address(),
                        CLOSED.port(),
                        PODS,
                        outside.address(),
                        outside.port(),
                        hairpin);
    }

    private static String dnat(ServiceRule s) {
        var match = "ip daddr " + s.address() + " " + s.protocol() + " dport " + s.port() + " ";
        var targets = s.targets();
        if (targets.size() <= 1) {
            var only = targets.isEmpty() ? CLOSED : targets.getFirst();
            return match + "dnat to " + only.address() + ":" + only.port();
        }
        return match
                + "dnat ip to numgen inc mod "
                + targets.size()
                + " map { "
                + IntStream.range(0, targets.size())
                        .mapToObj(i ->
                                i
                                        + " : "
                                        + targets.get(i).address()
                                        + " . "
                                        + targets.get(i).port())
                        .collect(Collectors.joining(", "))
                + " }";
    }
}
