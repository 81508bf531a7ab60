package dev.serin.proxy;

import static dev.serin.testkit.Eventually.eventually;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.Any;

import dev.serin.proxy.Origin.Wire;
import dev.serin.proxy.snapshot.ConfigUpdate;
import dev.serin.proxy.snapshot.ConfigUpdate.Versioned;
import dev.serin.testkit.FakeTime;
import dev.serin.testkit.NothingLeft;
import dev.serin.testkit.ScriptedDraws;

import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

@ExtendWith(NothingLeft.class)
@SuppressWarnings("StringConcatToTextBlock") // lines on the wire end in CRLF
class ReconcileTest {
    private final FakeTime time = new FakeTime();

    private Rig rig() {
        return new Rig(new ScriptedDraws(2), time, time, 2);
    }

    private static String to(String cluster) {
        return "- match: {prefix: \"/\"}\n  route: {cluster: " + cluster + ", timeout: 0s}\n";
    }

    private static Cluster eds(String name) {
        return Yaml.cluster(
                "{name: NAME, type: EDS, eds_cluster_config: {eds_config: {ads: {}}}}"
                        .replace("NAME", name));
    }

    private static ClusterLoadAssignment at(String cluster, int... ports) {
        var yaml = new StringBuilder("cluster_name: " + cluster + "\n");
        yaml.append("endpoints:\n- lb_endpoints:\n");
        for (var port : ports) {
            yaml.append(
                            "  - endpoint: {address: {socket_address: {address: 127.0.0.1,"
                                    + " port_value: ")
                    .append(port)
                    .append("}}}\n");
        }
        return Yaml.endpoints(yaml.toString());
    }

    @Test
    void routeWaitsUntilTheEndpointsOfItsClustersAreKnown() {
        try (var one = Origin.answering("one");
                var two = Origin.answering("two");
                var rig = rig()) {
            rig.apply(Rig.cluster("one", one.port()), Rig.routes(to("one")), Rig.http());
            rig.apply(eds("two"));
            assertEquals(Set.of("two"), rig.plane.wanted().endpoints());
            assertEquals(Set.of("routes"), rig.plane.wanted().routes());
            rig.apply(Rig.routes(to("two")));
            try (var client = Wire.to(rig.port("main"))) {
                assertEquals("one", client.get("/").body());
                rig.apply(at("two", two.port()));
                assertEquals("two", client.get("/").body());
            }
        }
    }

    @Test
    void nothingWaitsForEver() {
        try (var one = Origin.answering("one");
                var rig = rig()) {
            rig.apply(Rig.cluster("one", one.port()), Rig.routes(to("one")), Rig.http());
            rig.apply(Rig.routes(to("never")));
            try (var client = Wire.to(rig.port("main"))) {
                assertEquals("one", client.get("/").body());
                time.advance(Duration.ofSeconds(16));
                eventually(
                        Duration.ofSeconds(5),
                        "the route is used without its cluster",
                        () -> client.get("/").status() == 503);
            }
        }
    }

    @Test
    void listenerWaitsForItsRoutes() {
        try (var one = Origin.answering("one");
                var rig = rig()) {
            rig.apply(Rig.cluster("one", one.port()), Rig.http());
            assertEquals(List.of(), rig.plane.addresses("main"));
            rig.apply(Rig.routes(to("one")));
            try (var client = Wire.to(rig.port("main"))) {
                assertEquals("one", client.get("/").body());
            }
        }
    }

    @Test
    void badResourcesAreNamedAndTheLastGoodOnesStay() {
        try (var one = Origin.answering("one");
                var rig = rig()) {
            rig.apply(Rig.cluster("one", one.port()), Rig.routes(to("one")), Rig.http());
            var bad = Rig.http().toBuilder();
            bad.getFilterChainsBuilder(0)
                    .getFiltersBuilder(0)
                    .setTypedConfig(Any.newBuilder().setTypeUrl("type.googleapis.com/x.y.Z"));
            var rejected =
                    rig.apply(
                            bad.build(),
                            Rig.routes(
                                    """
                                    - match: {prefix: "/", headers: [{name: a, string_match: {safe_regex: {regex: "("}}}]}
                                      route: {cluster: one}
                                    """),
                            Yaml.cluster(
                                    "{name: one, type: STATIC, lb_policy: MAGLEV, maglev_lb_config:"
                                            + " {table_size: 10}}"));
            assertEquals(3, rejected.size(), rejected.toString());
            assertTrue(rejected.get(0).toString().contains("x.y.Z"), rejected.toString());
            assertTrue(rejected.get(1).reason().contains("no RE2"), rejected.toString());
            assertEquals("table_size", rejected.get(2).field());
            try (var client = Wire.to(rig.port("main"))) {
                assertEquals("one", client.get("/").body());
            }
            // in one response the good one is applied beside the bad one
            var both =
                    rig.plane.apply(
                            new ConfigUpdate(
                                    ConfigUpdate.CLUSTER,
                                    List.of(
                                            new Versioned(
                                                    "bad",
                                                    "2",
                                                    Any.pack(
                                                            Yaml.cluster(
                                                                    "{name: bad, lb_policy:"
                                                                        + " LOAD_BALANCING_POLICY_CONFIG}"))),
                                            new Versioned(
                                                    "good",
                                                    "2",
                                                    Any.pack(Rig.cluster("good", one.port())))),
                                    List.of()));
            assertEquals("bad", both.getFirst().name());
            assertEquals(1, both.size());
            assertTrue(rig.plane.snapshot().clusters().containsKey("good"));
        }
    }

    @Test
    void changesUnderLoadDropNoRequest() throws Exception {
        try (var one = Origin.answering("one");
                var two = Origin.answering("two");
                var rig = rig()) {
            rig.apply(eds("a"), at("a", one.port()), Rig.routes(to("a")), Rig.http());
            var port = rig.port("main");
            var stop = new AtomicBoolean();
            var failed = new AtomicInteger();
            var done = new CountDownLatch(4);
            for (var i = 0; i < 4; i++) {
                Thread.ofVirtual()
                        .start(() -> {
                            while (!stop.get()) {
                                try (var client = Wire.to(port)) {
                                    for (var n = 0; n < 50 && !stop.get(); n++) {
                                        var answer = client.get("/");
                                        failed.addAndGet(answer.status() == 200 ? 0 : 1);
                                        if (answer.header("connection") != null) {
                                            break;
                                        }
                                    }
                                } catch (RuntimeException e) {
                                    failed.incrementAndGet();
                                }
                            }
                            done.countDown();
                        });
            }
            for (var round = 0; round < 60; round++) {
                var next = "c" + round;
                rig.apply(eds(next), Rig.routes(to(next)), at(next, two.port(), one.port()));
                rig.apply(at(next, one.port()));
                rig.remove(ConfigUpdate.CLUSTER, round == 0 ? "a" : "c" + (round - 1));
                var changed = Rig.http().toBuilder();
                changed.setStatPrefix("round" + round);
                rig.apply(changed.build());
            }
            stop.set(true);
            done.await();
            assertEquals(0, failed.get());
            assertTrue(rig.ends.size() > 50, "requests: " + rig.ends.size());
        }
    }

    @Test
    void removedListenerTakesNoConnections() throws Exception {
        try (var one = Origin.answering("one");
                var rig = rig()) {
            rig.apply(Rig.cluster("one", one.port()), Rig.routes(to("one")), Rig.http());
            var port = rig.port("main");
            try (var client = Wire.to(port)) {
                assertEquals("one", client.get("/").body());
                rig.remove(ConfigUpdate.LISTENER, "main");
                assertEquals("one", client.get("/").body());
                time.advance(Duration.ofSeconds(46));
                assertEquals(-1, client.in.read());
            }
            org.junit.jupiter.api.Assertions.assertThrows(
                    IllegalStateException.class, () -> Wire.to(port));
        }
    }

    @Test
    void drainEndsIdleConnectionsAndWaitsForBusyOnes() throws Exception {
        var asked = new CountDownLatch(1);
        var answer = new CountDownLatch(1);
        try (var one =
                        new Origin(wire -> {
                            wire.head();
                            asked.countDown();
                            try {
                                answer.await();
                            } catch (InterruptedException e) {
                                throw new IllegalStateException(e);
                            }
                            wire.write("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok");
                            wire.head();
                        });
                var rig = rig()) {
            rig.apply(Rig.cluster("one", one.port()), Rig.routes(to("one")), Rig.http());
            try (var idle = Wire.to(rig.port("main"));
                    var busy = Wire.to(rig.port("main"))) {
                busy.write("GET / HTTP/1.1\r\nhost: t\r\n\r\n");
                asked.await();
                eventually(Duration.ofSeconds(5), "both", () -> rig.plane.connections() == 2);
                var drained = rig.plane.drain();
                assertEquals(-1, idle.in.read());
                assertFalse(drained.isDone());
                answer.countDown();
                assertEquals("close", busy.message().header("connection"));
                drained.join();
            }
        }
    }
}
