package dev.serin.proxy.upstream.balance;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.serin.proxy.upstream.Assignment.Status;
import dev.serin.proxy.upstream.Host;
import dev.serin.proxy.upstream.Hosts;
import dev.serin.proxy.upstream.balance.HostSet.Place;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;

/// The tables of Envoy's documentation on priority levels, degraded endpoints and panic.
final class PriorityLoadTest {
    /// @param healthy and `degraded` of 100 hosts
    private static HostSet set(int healthy, int degraded, int all) {
        var hosts = new ArrayList<Host>();
        for (var i = 0; i < all; i++) {
            var status =
                    i < healthy
                            ? Status.HEALTHY
                            : i < healthy + degraded ? Status.DEGRADED : Status.UNHEALTHY;
            hosts.add(Hosts.host(1000 + i, 1, status, Place.NOWHERE, Map.of()));
        }
        return HostSet.of(hosts, Map.of(), 140, false);
    }

    @ParameterizedTest
    @CsvSource({
        // healthy share of P=0, of P=1, traffic of each
        "100, 100, 100, 0",
        "72,  100, 100, 0",
        "71,  100, 99,  1",
        "50,  100, 70,  30",
        "25,  100, 35,  65",
        "0,   100, 0,   100",
    })
    void whatTheFirstCannotTakeSpillsOver(int p0, int p1, int load0, int load1) {
        var load = PriorityLoad.of(List.of(set(p0, 0, 100), set(p1, 0, 100)), 50);
        assertArrayEquals(new int[] {load0, load1}, load.healthy());
    }

    @ParameterizedTest
    @CsvSource({
        // healthy and degraded share of P=0, traffic to healthy and degraded
        "100, 0, 100, 0",
        "71,  0, 100, 0",
        "50, 50, 70,  30",
        "25, 75, 35,  65",
        "5,  65, 7,   92",
    })
    void degradedHostsTakeTheRest(int healthy, int degraded, int toHealthy, int toDegraded) {
        var load = PriorityLoad.of(List.of(set(healthy, degraded, 100)), 50);
        // what rounding leaves goes to the healthy ones
        var rest = 100 - toHealthy - toDegraded;
        assertEquals(toDegraded, load.degraded()[0]);
        assertEquals(toHealthy + rest, load.healthy()[0]);
    }

    @Test
    void threeLevelsAreScaledTogether() {
        var load = PriorityLoad.of(List.of(set(14, 28, 200), set(28, 14, 200), set(14, 0, 200)), 0);
        assertArrayEquals(new int[] {16, 29, 13}, load.healthy(), Arrays.toString(load.healthy()));
        assertEquals(
                100, Arrays.stream(load.healthy()).sum() + Arrays.stream(load.degraded()).sum());
    }

    @ParameterizedTest
    @CsvSource({
        // healthy of P=0 and P=1, traffic, panic of each
        "72, 72, 100, 0,   false, false",
        "71, 71, 99,  1,   false, false",
        "50, 60, 70,  30,  false, false",
        "25, 100, 35, 65,  false, false",
        "0,  25, 0,   100, true,  true",
        "5,  65, 8,   92,  true,  false",
        "0,  0,  50,  50,  true,  true",
    })
    void panicIsNotWhileOthersCanTakeIt(
            int p0, int p1, int load0, int load1, boolean panic0, boolean panic1) {
        var load = PriorityLoad.of(List.of(set(p0, 0, 100), set(p1, 0, 100)), 50);
        assertEquals(panic0, load.panic(0));
        assertEquals(panic1, load.panic(1));
        if (!(panic0 && panic1)) {
            assertArrayEquals(new int[] {load0, load1}, load.healthy());
        } else {
            assertArrayEquals(new int[] {50, 50}, load.healthy());
        }
    }

    @Test
    void triedPrioritiesAreLeftOutUnlessThereIsNoOther() {
        var sets = List.of(set(100, 0, 10), set(100, 0, 10));
        assertArrayEquals(new int[] {0, 100}, PriorityLoad.of(sets, 50, 1).healthy());
        assertArrayEquals(new int[] {100, 0}, PriorityLoad.of(sets, 50, 3).healthy());
    }

    @Test
    void allLoadGoesSomewhereWhateverTheHealth() {
        var random = new Random(42);
        for (var i = 0; i < 2000; i++) {
            var sets = new ArrayList<HostSet>();
            for (var p = 0; p < 1 + random.nextInt(4); p++) {
                var all = random.nextInt(12);
                var healthy = random.nextInt(all + 1);
                sets.add(set(healthy, random.nextInt(all - healthy + 1), all));
            }
            var load = PriorityLoad.of(sets, random.nextInt(101), random.nextInt(4));
            var sum = Arrays.stream(load.healthy()).sum() + Arrays.stream(load.degraded()).sum();
            assertEquals(100, sum, "round " + i);
            assertTrue(Arrays.stream(load.healthy()).allMatch(l -> l >= 0));
        }
    }
}
