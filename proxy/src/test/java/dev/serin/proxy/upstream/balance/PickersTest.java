package dev.serin.proxy.upstream.balance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ListValue;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;

import dev.serin.proxy.upstream.Assignment.Status;
import dev.serin.proxy.upstream.ClusterObserver;
import dev.serin.proxy.upstream.Host;
import dev.serin.proxy.upstream.Hosts;
import dev.serin.proxy.upstream.balance.HostSet.Place;
import dev.serin.proxy.upstream.balance.Policy.Choice;
import dev.serin.proxy.upstream.balance.Policy.Fallback;
import dev.serin.proxy.upstream.balance.Policy.Selector;
import dev.serin.proxy.upstream.balance.Policy.SlowStart;
import dev.serin.proxy.upstream.balance.Policy.Spread;
import dev.serin.proxy.upstream.balance.Policy.Subsets;
import dev.serin.proxy.upstream.balance.Policy.Zone;
import dev.serin.testkit.ScriptedDraws;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Which hosts are picked how often. Draws come from a seed, so a failure repeats itself.
final class PickersTest {
    private static final int PICKS = 20_000;
    private static final PickContext ANY = new Hosts.Pick();

    private static HostPicker picker(Choice choice, List<HostSet> sets) {
        return picker(choice, Spread.PLAIN, null, sets, null);
    }

    private static HostPicker picker(
            Choice choice,
            Spread spread,
            @Nullable Subsets subsets,
            List<HostSet> sets,
            HostPicker.@Nullable Neighbourhood local) {
        return HostPicker.of(
                new Policy(choice, spread, 50, subsets, Set.of()),
                sets,
                new HostPicker.Means(
                        new ScriptedDraws(7), 2, () -> 0, ClusterObserver.NONE, local));
    }

    private static HostSet set(Host... hosts) {
        return HostSet.of(List.of(hosts), Map.of(), 140, false);
    }

    private static Map<Host, Integer> count(HostPicker picker, PickContext context) {
        var counts = new HashMap<Host, Integer>();
        for (var i = 0; i < PICKS; i++) {
            counts.merge(picker.pick(context), 1, Integer::sum);
        }
        return counts;
    }

    /// Chi-square against shares; 30 is beyond one in a million for five hosts.
    private static void shares(Map<Host, Integer> counts, Map<Host, Double> shares) {
        var chi = 0.0;
        for (var entry : shares.entrySet()) {
            var expected = entry.getValue() * PICKS;
            var off = counts.getOrDefault(entry.getKey(), 0) - expected;
            chi += off * off / expected;
        }
        assertTrue(chi < 30, chi + " of " + counts);
        assertTrue(shares.keySet().containsAll(counts.keySet()), counts.toString());
    }

    private static final List<Choice> TURNS =
            List.of(
                    new Policy.RoundRobin(null),
                    new Policy.LeastRequest(2, 1, false, null),
                    new Policy.LeastRequest(2, 1, true, null));

    @Test
    void weightsAreShares() {
        for (var choice : TURNS) {
            var a = Hosts.host(1, 1);
            var b = Hosts.host(2, 2);
            var c = Hosts.host(3, 7);
            shares(count(picker(choice, List.of(set(a, b, c))), ANY), Map.of(a, .1, b, .2, c, .7));
        }
    }

    @Test
    void equalHostsGetEqualShares() {
        for (var choice :
                List.<Choice>of(TURNS.get(0), TURNS.get(1), TURNS.get(2), new Policy.Random())) {
            var a = Hosts.host(1);
            var b = Hosts.host(2);
            var c = Hosts.host(3);
            var third = 1 / 3.0;
            shares(
                    count(picker(choice, List.of(set(a, b, c))), ANY),
                    Map.of(a, third, b, third, c, third));
        }
    }

    @Test
    void theBusyHostIsSpared() {
        var busy = Hosts.host(1);
        var free = Hosts.host(2);
        busy.begin();
        var two =
                count(
                        picker(
                                new Policy.LeastRequest(2, 1, false, null),
                                List.of(set(busy, free))),
                        ANY);
        shares(two, Map.of(busy, .25, free, .75));
        var all =
                count(
                        picker(new Policy.LeastRequest(2, 1, true, null), List.of(set(busy, free))),
                        ANY);
        assertEquals(Map.of(free, PICKS), all);
        // where weights differ, requests count against them
        var heavy = Hosts.host(3, 4);
        var light = Hosts.host(4, 1);
        for (var i = 0; i < 3; i++) {
            heavy.begin();
        }
        shares(
                count(
                        picker(
                                new Policy.LeastRequest(2, 1, false, null),
                                List.of(set(heavy, light))),
                        ANY),
                Map.of(heavy, .5, light, .5));
        shares(
                count(
                        picker(
                                new Policy.LeastRequest(2, 0, false, null),
                                List.of(set(heavy, light))),
                        ANY),
                Map.of(heavy, .8, light, .2));
    }

    @Test
    void aNewHostStartsSlowly() {
        var slow = new SlowStart(Duration.ofSeconds(100), 1, .1);
        var old = Hosts.host(1);
        var young = Hosts.host(2);
        old.healthySince(-Duration.ofSeconds(1000).toNanos());
        young.healthySince(-Duration.ofSeconds(25).toNanos());
        var picker = picker(new Policy.RoundRobin(slow), List.of(set(old, young)));
        shares(count(picker, ANY), Map.of(old, .8, young, .2));
        assertEquals(.1, Turns.factor(young, slow, Duration.ofSeconds(-20).toNanos()), 1e-9);
        assertEquals(.5, Turns.factor(young, slow, Duration.ofSeconds(25).toNanos()), 1e-9);
        assertEquals(1, Turns.factor(young, slow, Duration.ofSeconds(75).toNanos()), 1e-9);
        var eager = new SlowStart(Duration.ofSeconds(100), 2, .1);
        assertEquals(.5, Turns.factor(young, eager, 0), 1e-9);
    }

    @Test
    void localitiesTakeTheirWeightAsFarAsTheirHealthAllows() {
        var near = Hosts.zone("near");
        var far = Hosts.zone("far");
        var a = Hosts.host(1, 1, Status.HEALTHY, near, Map.of());
        var b = Hosts.host(2, 1, Status.UNHEALTHY, near, Map.of());
        var c = Hosts.host(3, 1, Status.HEALTHY, far, Map.of());
        var sets = List.of(HostSet.of(List.of(a, b, c), Map.of(near, 100, far, 100), 140, false));
        // near has 70 % of its weight left
        shares(
                count(picker(TURNS.getFirst(), new Spread(true, null), null, sets, null), ANY),
                Map.of(a, 70 / 170.0, c, 100 / 170.0));
    }

    @Test
    void theOwnZoneKeepsWhatItCanTake() {
        var own = Hosts.zone("own");
        var other = Hosts.zone("other");
        var a = Hosts.host(1, 1, Status.HEALTHY, own, Map.of());
        var b = Hosts.host(2, 1, Status.HEALTHY, other, Map.of());
        var c = Hosts.host(3, 1, Status.HEALTHY, other, Map.of());
        var d = Hosts.host(4, 1, Status.HEALTHY, other, Map.of());
        var sets = List.of(set(a, b, c, d));
        var spread = new Spread(false, new Zone(100, 2, false));
        var half =
                set(
                        Hosts.host(10, 1, Status.HEALTHY, own, Map.of()),
                        Hosts.host(11, 1, Status.HEALTHY, other, Map.of()));
        // a quarter of the hosts is here, half of the proxies: half of our requests may stay
        shares(
                count(
                        picker(
                                TURNS.getFirst(),
                                spread,
                                null,
                                sets,
                                new HostPicker.Neighbourhood(own, half)),
                        ANY),
                Map.of(a, .5, b, 1 / 6.0, c, 1 / 6.0, d, 1 / 6.0));
        assertEquals(
                Set.of(b, c, d),
                count(
                                picker(
                                        TURNS.getFirst(),
                                        spread,
                                        null,
                                        sets,
                                        new HostPicker.Neighbourhood(other, half)),
                                ANY)
                        .keySet());
    }

    @Test
    void aRetryGoesElsewhere() {
        var a = Hosts.host(1);
        var b = Hosts.host(2);
        var elsewhere =
                new Hosts.Pick() {
                    @Override
                    public boolean avoids(Host host) {
                        return host.equals(a);
                    }
                };
        for (var choice : TURNS) {
            assertEquals(Map.of(b, PICKS), count(picker(choice, List.of(set(a, b))), elsewhere));
            assertEquals(a, picker(choice, List.of(set(a))).pick(elsewhere));
        }
    }

    @Test
    void panicUsesAllOrNoneAsConfigured() {
        var good = Hosts.host(1);
        var bad = Hosts.host(2, 1, Status.UNHEALTHY, Place.NOWHERE, Map.of());
        var worse = Hosts.host(3, 1, Status.UNHEALTHY, Place.NOWHERE, Map.of());
        var sets = List.of(set(good, bad, worse));
        assertEquals(3, count(picker(TURNS.getFirst(), sets), ANY).size());
        var failing = new Spread(false, new Zone(100, 6, true));
        assertNull(picker(TURNS.getFirst(), failing, null, sets, null).pick(ANY));
        assertNull(picker(TURNS.getFirst(), List.of(set())).pick(ANY));
    }

    // ---- subsets

    private static PickContext asking(Map<String, Value> wanted) {
        var match = MetadataMatch.of(wanted);
        return new Hosts.Pick() {
            @Override
            public MetadataMatch metadataMatch() {
                return match;
            }
        };
    }

    private static Value text(String text) {
        return Value.newBuilder().setStringValue(text).build();
    }

    private static Subsets subsets(Fallback fallback, boolean panicAny, Selector... selectors) {
        return new Subsets(
                fallback,
                Map.of("stage", text("prod")),
                List.of(selectors),
                false,
                false,
                panicAny,
                false,
                true);
    }

    private static final Selector BY_VERSION =
            new Selector(List.of("version"), null, List.of(), false);

    private static Host labelled(int port, String version, String stage) {
        return Hosts.host(
                port, 1, Status.HEALTHY, Place.NOWHERE, Map.of("version", version, "stage", stage));
    }

    @Test
    void metadataChoosesTheSubsetOrTheFallback() {
        var a = labelled(1, "v1", "prod");
        var b = labelled(2, "v2", "prod");
        var c = labelled(3, "v2", "test");
        var sets = List.of(set(a, b, c));
        var v2 = asking(Map.of("version", text("v2")));
        var v9 = asking(Map.of("version", text("v9")));
        var none =
                picker(
                        TURNS.getFirst(),
                        Spread.PLAIN,
                        subsets(Fallback.NONE, false, BY_VERSION),
                        sets,
                        null);
        assertEquals(Set.of(b, c), count(none, v2).keySet());
        assertNull(none.pick(v9));
        assertNull(none.pick(ANY));
        var usual =
                picker(
                        TURNS.getFirst(),
                        Spread.PLAIN,
                        subsets(Fallback.DEFAULT, false, BY_VERSION),
                        sets,
                        null);
        assertEquals(Set.of(a, b), count(usual, v9).keySet());
        var any =
                picker(
                        TURNS.getFirst(),
                        Spread.PLAIN,
                        subsets(Fallback.ANY, false, BY_VERSION),
                        sets,
                        null);
        assertEquals(Set.of(a, b, c), count(any, v9).keySet());
        var panic =
                picker(
                        TURNS.getFirst(),
                        Spread.PLAIN,
                        subsets(Fallback.DEFAULT, true, BY_VERSION),
                        List.of(set(c)),
                        null);
        assertEquals(Set.of(c), count(panic, v9).keySet(), "the default has no host");
    }

    @Test
    void aSelectorMayFallBackToFewerKeys() {
        var a = labelled(1, "v1", "prod");
        var b = labelled(2, "v2", "prod");
        var both =
                new Selector(List.of("stage", "version"), Fallback.KEYS, List.of("version"), false);
        var picker =
                picker(
                        TURNS.getFirst(),
                        Spread.PLAIN,
                        subsets(Fallback.NONE, false, both, BY_VERSION),
                        List.of(set(a, b)),
                        null);
        var wanted = asking(Map.of("version", text("v2"), "stage", text("test")));
        assertEquals(Set.of(b), count(picker, wanted).keySet());
        assertEquals(a, picker.pick(asking(Map.of("version", text("v1"), "stage", text("prod")))));
    }

    @Test
    void aRequestMayListWhatElseWillDo() {
        var a = labelled(1, "v1", "prod");
        var picker =
                picker(
                        TURNS.getFirst(),
                        Spread.PLAIN,
                        subsets(Fallback.NONE, false, BY_VERSION),
                        List.of(set(a)),
                        null);
        var list = ListValue.newBuilder();
        for (var version : List.of("v9", "v1")) {
            list.addValues(
                    Value.newBuilder()
                            .setStructValue(
                                    Struct.newBuilder().putFields("version", text(version))));
        }
        var wanted =
                asking(
                        Map.of(
                                "version",
                                text("v8"),
                                "fallback_list",
                                Value.newBuilder().setListValue(list).build()));
        assertEquals(a, picker.pick(wanted));
    }

    // ---- properties

    @Test
    void eachWorkerTakesTurnsOfItsOwn() {
        var a = Hosts.host(1);
        var b = Hosts.host(2);
        var picker = picker(TURNS.getFirst(), List.of(set(a, b)));
        var second =
                new Hosts.Pick() {
                    @Override
                    public int worker() {
                        return 1;
                    }
                };
        var first = picker.pick(ANY);
        picker.pick(second);
        picker.pick(second);
        assertNotEquals(first, picker.pick(ANY));
    }
}
