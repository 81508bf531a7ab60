package dev.serin.proxy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.serin.proxy.Origin.Wire;
import dev.serin.testkit.NothingLeft;
import dev.serin.testkit.ScriptedDraws;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(NothingLeft.class)
class HttpPathTest {
    private static final String TO_ONE =
            """
            - match: {prefix: "/"}
              name: first
              route: {cluster: one}
            """;

    private final ScriptedDraws draws = new ScriptedDraws(1);

    @Test
    void weightedRouteFollowsTheDraws() {
        draws.script("weighted-cluster", 0, 89, 90, 99);
        try (var v1 = Origin.answering("v1");
                var v2 = Origin.answering("v2");
                var rig = new Rig(draws)) {
            var rejected =
                    rig.apply(
                            Rig.cluster("c1", v1.port()),
                            Rig.cluster("c2", v2.port()),
                            Rig.routes(
                                    """
                                    - match: {prefix: "/"}
                                      route:
                                        weighted_clusters:
                                          clusters: [{name: c1, weight: 90}, {name: c2, weight: 10}]
                                    """),
                            Rig.http());
            assertEquals("[]", rejected.toString());
            try (var client = Wire.to(rig.port("main"))) {
                assertEquals("v1", client.get("/a").body());
                assertEquals("v1", client.get("/a").body());
                assertEquals("v2", client.get("/a").body());
                assertEquals("v2", client.get("/a").body());
            }
            assertEquals(1, v1.accepted.get(), "connections of the worker to v1");
            var end = rig.end();
            assertEquals(200, end.status());
            assertEquals("via_upstream", end.details());
            assertEquals("c1", end.upstream().cluster());
            assertTrue(end.timing().durationNanos() > 0);
        }
    }
}
