package dev.serin.controlplane;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.Map;

/// Where requests go in the golden cases, asked as a user would: of outcomes, not of fields.
final class CasesTest {
    private static final String WEB = "outbound|80||web.shop.svc.cluster.local";
    private static final String CART = "outbound|80||cart.team.svc.cluster.local";
    private static final String SPARE = "outbound|99||spare.shop.svc.cluster.local";

    @Test
    void aDelegateDecidesWhereTheConditionsOfBothHold() {
        var caller = proxy("delegates", "caller-1");
        var call = Simulation.Call.http("10.96.0.9", 80, "web");
        var jason = call.header("x-user", "jason");
        assertEquals("to-team-items", caller.outbound(jason.path("/cart/items/1")).route());
        assertEquals("to-team-rest", caller.outbound(jason.path("/cart")).route());
        assertEquals(Map.of(CART, 1), caller.outbound(jason.path("/cart")).clusters());
        assertEquals(Map.of(WEB, 1), caller.outbound(call.path("/cart")).clusters());
        assertEquals(Map.of(WEB, 1), caller.outbound(jason.path("/elsewhere")).clusters());
        assertEquals(418, caller.outbound(call.path("/own/x")).status());
    }

    @Test
    void connectionsGoByServerNameSubnetAndCaller() {
        var caller = proxy("connections", "caller-1");
        var db = Simulation.Call.tcp("10.96.0.9", 5432);
        assertEquals(
                Map.of("outbound|5432|v1|db.shop.svc.cluster.local", 80, SPARE, 20),
                caller.outbound(db.tls("db.example.org")).clusters());
        var plain = Map.of("outbound|5432||db.shop.svc.cluster.local", 1);
        assertEquals(plain, caller.outbound(db.tls("other.example.org")).clusters());
        assertEquals(plain, caller.outbound(db).clusters());
        var raw = Simulation.Call.tcp("10.96.0.9", 5433);
        assertEquals(
                Map.of(
                        "outbound|5433|v1|db.shop.svc.cluster.local",
                        50,
                        "outbound|5433||db.shop.svc.cluster.local",
                        50),
                caller.outbound(raw).clusters());
        assertEquals(Map.of(SPARE, 1), proxy("connections", "other-1").outbound(raw).clusters());
    }

    @Test
    void aGatewayPassesTlsOnByServerName() {
        var edge = proxy("connections", "edge-1");
        var tls = Simulation.Call.tcp("10.244.0.2", 8443);
        assertEquals(
                Map.of("outbound|5432||db.shop.svc.cluster.local", 1),
                edge.outbound(tls.tls("db.example.org")).clusters());
        assertEquals(Simulation.Result.NO_CHAIN, edge.outbound(tls.tls("nobody.example.org")));
    }

    @Test
    void aGatewayChoosesTheServerByName() {
        var edge = proxy("gateways", "edge-1");
        for (var host : List.of("shop.example.org", "partners.example.org")) {
            var call = Simulation.Call.http("10.244.0.2", 443, host).tls(host);
            assertEquals(Map.of(WEB, 1), edge.outbound(call).clusters(), host);
        }
        var unknown = Simulation.Call.http("10.244.0.2", 443, "a.example.org").tls("a.example.org");
        assertEquals(Simulation.Result.NO_CHAIN, edge.outbound(unknown));
        var other = Simulation.Call.http("10.244.0.2", 443, "many.example.org");
        assertEquals(404, edge.outbound(other.tls("shop.example.org")).status());
    }

    @Test
    void nearEndpointsComeFirst() {
        var caller = proxy("places", "caller-1");
        var byDistance =
                Map.of(
                        0, List.of("10.244.1.1"),
                        1, List.of("10.244.1.2"),
                        2, List.of("10.244.1.3"),
                        3, List.of("10.244.1.5", "10.244.1.6", "10.244.1.4"));
        assertEquals(byDistance, caller.endpoints(WEB));
        var subset = "outbound|80|%s|web.shop.svc.cluster.local";
        var failing = caller.endpoints(subset.formatted("failing-over"));
        assertEquals(List.of("10.244.1.5", "10.244.1.6"), failing.get(3));
        assertEquals(List.of("10.244.1.4"), failing.get(4));
        assertEquals(6, caller.endpoints(subset.formatted("flat")).get(0).size());
        assertEquals(List.of("10.244.1.4"), caller.endpoints(subset.formatted("labelled")).get(0));
    }

    @Test
    void entriesAreCalledByNameAddressAndServerName() {
        var caller = proxy("entries", "caller-1");
        var api = Simulation.Call.http("203.0.113.1", 80, "api.example.org");
        assertEquals(Map.of("outbound|80|v1|api.example.org", 1), caller.outbound(api).clusters());
        var elsewhere = proxy("entries", "elsewhere-1");
        assertEquals(Map.of("PassthroughCluster", 1), elsewhere.outbound(api).clusters());
        var tls = Simulation.Call.tcp("203.0.113.1", 443).tls("other.example.org");
        assertEquals(Map.of("outbound|443||other.example.org", 1), caller.outbound(tls).clusters());
        var wild = Simulation.Call.tcp("10.97.3.4", 443).tls("a.wild.example.org");
        assertEquals(
                Map.of("outbound|443||*.wild.example.org", 1), caller.outbound(wild).clusters());
        var machine = "outbound|5432||machines.shop.internal";
        assertEquals(
                Map.of(machine, 1),
                caller.outbound(Simulation.Call.tcp("10.97.0.7", 5432)).clusters());
        assertEquals(
                List.of("10.244.1.3", "192.0.2.2", "192.0.2.1"), caller.endpoints(machine).get(0));
    }

    @Test
    void aSidecarKnowsWhatItsSidecarResourceNames() {
        var caller = proxy("sidecars", "caller-1");
        var cart = Simulation.Call.http("10.96.0.10", 80, "cart.team");
        var ledTo = Map.of("outbound|80||led-to.team.svc.cluster.local", 1);
        assertEquals(ledTo, caller.outbound(cart).clusters());
        var hidden = Simulation.Call.tcp("10.96.0.12", 5432);
        assertEquals(Map.of("BlackHoleCluster", 1), caller.outbound(hidden).clusters());
        var loner = proxy("sidecars", "loner-1");
        assertEquals(Map.of("PassthroughCluster", 1), loner.outbound(hidden).clusters());
        assertEquals(Map.of("PassthroughCluster", 1), loner.outbound(cart).clusters());
    }

    private static Simulation proxy(String name, String pod) {
        var golden = GoldenTest.Case.read(name);
        var node =
                golden.nodes().stream()
                        .filter(n -> n.getId().contains("~" + pod + "."))
                        .findFirst()
                        .orElseThrow();
        return new Simulation(Views.of(Views.mesh(golden.resources()), node));
    }
}
