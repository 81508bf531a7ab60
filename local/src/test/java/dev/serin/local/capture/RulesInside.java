package dev.serin.local.capture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.serin.base.ProblemException;
import dev.serin.local.capture.PacketFilter.ServiceRule;
import dev.serin.local.capture.PacketFilter.Target;
import dev.serin.local.host.Inside;
import dev.serin.local.host.Programs;
import dev.serin.testkit.Child;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/// Runs inside the namespaces: what `nft list ruleset` shows after rules were loaded by netlink is
/// what it shows after they were loaded by nft.
final class RulesInside {
    private final Programs programs = Inside.programs();
    private final PacketFilter nft = new NftFilter(programs);
    private final PacketFilter netlink = new NetlinkFilter();

    public static void main(String[] arguments) throws Exception {
        Child.ended(() -> {
            var it = new RulesInside();
            it.capture();
            it.services();
            it.refused();
        });
    }

    private void capture() {
        programs.need("tmpfs", List.of("mount", "-t", "tmpfs", "serin", "/run"), "");
        for (var ports :
                List.of(Set.of(15008, 15020, 15021, 15090), Set.of(80), Set.<Integer>of())) {
            programs.need("one", List.of("ip", "netns", "add", "one"), "");
            programs.need("two", List.of("ip", "netns", "add", "two"), "");
            nft.capture(Path.of("/run/netns/one"), ports);
            netlink.capture(Path.of("/run/netns/two"), ports);
            var expected = rules("ip", "netns", "exec", "one");
            assertTrue(expected.contains("redirect to :15001"), expected);
            assertEquals(expected, rules("ip", "netns", "exec", "two"));
            // Once more over what is there.
            netlink.capture(Path.of("/run/netns/one"), ports);
            assertEquals(expected, rules("ip", "netns", "exec", "one"));
            programs.need("one", List.of("ip", "netns", "del", "one"), "");
            programs.need("two", List.of("ip", "netns", "del", "two"), "");
        }
    }

    private void services() {
        assertNull(NetlinkFilter.trial());
        assertEquals("", rules());
        var targets = List.of(new Target("10.244.0.2", 8080), new Target("10.244.255.254", 65535));
        var many =
                IntStream.range(0, 2500)
                        .mapToObj(i -> new Target("10.244." + i / 250 + "." + (i % 250 + 1), 9000))
                        .toList();
        for (var rules :
                List.of(
                        List.<ServiceRule>of(),
                        List.of(
                                new ServiceRule("10.96.7.7", "tcp", 80, targets),
                                new ServiceRule("10.96.7.8", "tcp", 80, targets.subList(0, 1)),
                                new ServiceRule("10.96.7.9", "tcp", 65535, List.of()),
                                new ServiceRule("10.96.7.9", "udp", 53, targets)),
                        // More than the socket takes by itself.
                        List.of(new ServiceRule("10.96.7.7", "tcp", 80, many)))) {
            nft.services(rules, PacketFilter.EGRESS);
            var expected = rules();
            netlink.services(List.of(), PacketFilter.CLOSED);
            netlink.services(rules, PacketFilter.EGRESS);
            assertEquals(expected, rules());
        }
    }

    private void refused() {
        assertThrows(
                ProblemException.class,
                () -> netlink.capture(Path.of("/run/netns/nobody"), Set.of()));
        // A transaction with one bad rule changes nothing, and says why.
        var before = rules();
        var bad = NetlinkFilter.serviceRules(List.of(), PacketFilter.CLOSED);
        bad.rule("nobody", rule -> rule.jump("services"));
        assertEquals(2, NetfilterSocket.send(bad.octets()));
        assertEquals(before, rules());
    }

    private String rules(String... in) {
        var words = new ArrayList<>(List.of(in));
        words.addAll(List.of("nft", "list", "ruleset"));
        return programs.need("ruleset", words, "");
    }
}
