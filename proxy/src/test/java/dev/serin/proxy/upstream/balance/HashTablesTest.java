package dev.serin.proxy.upstream.balance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.serin.proxy.upstream.ClusterObserver;
import dev.serin.proxy.upstream.Host;
import dev.serin.proxy.upstream.Hosts;
import dev.serin.testkit.ScriptedDraws;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/// A key goes to the very host that Envoy 1.40 sent it to: the table was recorded from it.
final class HashTablesTest {
    private static final Policy.Consistent ADDRESS = new Policy.Consistent(false, 0);
    private static final long MOST = 8 * 1024 * 1024;

    private static List<Host> hosts(boolean weighted) {
        return IntStream.range(0, 5)
                .mapToObj(i -> Hosts.host(21001 + i, weighted ? i + 1 : 1))
                .toList();
    }

    private static HostPicker picker(Policy.Choice choice, List<Host> hosts) {
        var policy = new Policy(choice, Policy.Spread.PLAIN, 50, null, java.util.Set.of());
        return HostPicker.of(
                policy, List.of(HostSet.of(hosts, Map.of(), 140, false)), means(hosts));
    }

    private static HostPicker.Means means(List<Host> hosts) {
        return new HostPicker.Means(
                new ScriptedDraws(1),
                2,
                () -> hosts.stream().mapToInt(Host::active).sum(),
                ClusterObserver.NONE,
                null);
    }

    @Test
    void keysGoWhereEnvoySendsThem() throws IOException {
        var pickers =
                Map.of(
                        "ring",
                        picker(new Policy.RingHash(1024, MOST, false, ADDRESS), hosts(false)),
                        "ring-small",
                        picker(new Policy.RingHash(8, 16, false, ADDRESS), hosts(false)),
                        "ring-murmur",
                        picker(new Policy.RingHash(1024, MOST, true, ADDRESS), hosts(false)),
                        "ring-weighted",
                        picker(new Policy.RingHash(100, MOST, false, ADDRESS), hosts(true)),
                        "ring-hostname",
                        picker(
                                new Policy.RingHash(
                                        1024, MOST, false, new Policy.Consistent(true, 0)),
                                hosts(false)),
                        "maglev",
                        picker(new Policy.Maglev(65537, ADDRESS), hosts(false)),
                        "maglev-weighted",
                        picker(new Policy.Maglev(251, ADDRESS), hosts(true)));
        var wrong = new ArrayList<String>();
        try (var in = getClass().getResourceAsStream("hash-tables.txt")) {
            var lines = new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
            assertEquals(280, lines.size());
            for (var line : lines) {
                var words = line.split(" ");
                var host = pickers.get(words[0]).pick(Hosts.hashed(Hashes.xx(words[1])));
                if (host.address().getPort() != Integer.parseInt(words[2])) {
                    wrong.add(line + " but " + host);
                }
            }
        }
        assertEquals(List.of(), wrong);
    }

    @Test
    void aHostThatGoesTakesOnlyItsOwnKeysAlong() {
        for (var choice :
                List.of(
                        new Policy.RingHash(1024, MOST, false, ADDRESS),
                        new Policy.Maglev(65537, ADDRESS))) {
            var all = hosts(false);
            var before = picker(choice, all);
            var after = picker(choice, all.subList(0, 4));
            var moved = 0;
            for (var i = 0; i < 2000; i++) {
                var key = Hosts.hashed(Hashes.xx("k" + i));
                var was = before.pick(key);
                if (!was.equals(all.get(4)) && !was.equals(after.pick(key))) {
                    moved++;
                }
            }
            assertTrue(moved < 300, choice + ": " + moved);
        }
    }

    @Test
    void boundedLoadSpillsOverAndComesBack() {
        var hosts = hosts(false);
        var bounded =
                picker(
                        new Policy.RingHash(1024, MOST, false, new Policy.Consistent(false, 150)),
                        hosts);
        var key = Hosts.hashed(Hashes.xx("hot"));
        var home = bounded.pick(key);
        var taken = new HashMap<Host, Integer>();
        for (var i = 0; i < 100; i++) {
            var host = bounded.pick(key);
            host.begin();
            taken.merge(host, 1, Integer::sum);
        }
        assertEquals(4, taken.size(), taken.toString());
        taken.values().forEach(n -> assertTrue(n <= 31, taken.toString()));
        taken.forEach((host, n) -> IntStream.range(0, n).forEach(_ -> host.end()));
        assertEquals(home, bounded.pick(key));
    }

    @Test
    void theTwisterIsThatOfTheStandard() {
        var twister = new BoundedTable.Twister(5489);
        var last = 0;
        for (var i = 0; i < 10_000; i++) {
            last = twister.next();
        }
        assertEquals(4123659995L, last & 0xffffffffL);
    }

    @Test
    void xxHashIsThatOfItsAuthors() {
        assertEquals(0xef46db3751d8e999L, Hashes.xx(new byte[0], 0));
        assertEquals(0xd24ec4f1a98c6e5bL, Hashes.xx("a".getBytes(StandardCharsets.UTF_8), 0));
        assertEquals(0xfbcea83c8a378bf1L, Hashes.xx("Nobody inspects the spammish repetition"));
    }
}
