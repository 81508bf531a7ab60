package dev.serin.proxy.bootstrap;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.serin.base.ProblemException;
import dev.serin.base.time.Ticker;
import dev.serin.proxy.snapshot.ConfigUpdate;
import dev.serin.proxy.worker.Pressure;

import org.junit.jupiter.api.Test;

import java.util.Map;

/// What a bootstrap says of overload, of statistics and of secrets.
class OverloadBootstrapTest {
    private static final String HEAP =
            """
            - name: heap
              typed_config: {"@type": type.googleapis.com/envoy.extensions.resource_monitors.fixed_heap.v3.FixedHeapConfig, max_heap_size_bytes: 1073741824}
            """;

    private static Overload read(String monitors, String actions) {
        return FileBootstrap.read(
                        "test",
                        "overload_manager:\n  refresh_interval: 0.25s\n  resource_monitors:\n"
                                + monitors.indent(2)
                                + "  actions: "
                                + actions)
                .overload();
    }

    @Test
    void actionsHappenAtTheirShareOfTheMemoryAndNoOthers() {
        var overload =
                read(
                        HEAP,
                        """
                        [{name: envoy.overload_actions.shrink_heap, triggers: [{name: heap, threshold: {value: 0.9}}]},
                         {name: envoy.overload_actions.stop_accepting_requests, triggers: [{name: heap, threshold: {value: 0.95}}]},
                         {name: envoy.overload_actions.disable_http_keepalive, triggers: [{name: heap, threshold: {value: 0.8}}]},
                         {name: envoy.overload_actions.reset_high_memory_stream, triggers: [{name: heap, threshold: {value: 0.7}}]}]
                        """);
        var never = Double.POSITIVE_INFINITY;
        assertEquals(new Pressure.Limits(0.8, 0.95, never, 0.7), overload.limits());
        assertEquals(1L << 30, overload.octets());
        var closing =
                read(
                        HEAP,
                        "[{name: envoy.overload_actions.stop_accepting_connections, triggers:"
                                + " [{name: heap, threshold: {value: 0.5}}]}]");
        assertEquals(new Pressure.Limits(never, never, 0.5, never), closing.limits());
    }

    @Test
    void connectionsAreLimitedByTheMonitorOrTheRuntime() {
        var monitor =
                """
                - name: connections
                  typed_config: {"@type": type.googleapis.com/envoy.extensions.resource_monitors.downstream_connections.v3.DownstreamConnectionsConfig, max_active_downstream_connections: 1000}
                """;
        assertEquals(1000, read(monitor, "[]").connections());
        var runtime =
                FileBootstrap.read(
                                "test",
                                """
                                layered_runtime:
                                  layers:
                                  - name: first
                                    static_layer:
                                      overload: {global_downstream_max_connections: 50000}
                                      envoy: {resource_limits: {listener: {web: {connection_limit: 10}}}}
                                  - name: second
                                    static_layer: {overload.global_downstream_max_connections: 7}
                                  - {name: admin, admin_layer: {}}
                                """)
                        .overload();
        assertEquals(7, runtime.connections());
        assertEquals(Map.of("web", 10), runtime.ofListeners());
        assertNull(runtime.limits());
    }

    @Test
    void whatItCannotDoItNames() {
        for (var bootstrap :
                Map.of(
                                "layered_runtime: {layers: [{name: a, static_layer: {x.y: 1}}]}",
                                "x.y",
                                "layered_runtime: {layers: [{name: a, disk_layer: {}}]}",
                                "disk_layer",
                                "overload_manager: {loadshed_points: [{name: a}]}",
                                "loadshed_points",
                                "overload_manager:\n  resource_monitors:\n"
                                        + HEAP.indent(2)
                                        + "  actions: [{name:"
                                        + " envoy.overload_actions.reduce_timeouts, triggers:"
                                        + " [{name: heap, threshold: {value: 1}}]}]",
                                "reduce_timeouts",
                                "stats_config: {stats_tags: [{tag_name: a}]}",
                                "stats_tags",
                                "stats_config: {use_all_default_tags: false}",
                                "use_all_default_tags")
                        .entrySet()) {
            var problem =
                    assertThrows(
                            ProblemException.class,
                            () -> FileBootstrap.read("test", bootstrap.getKey()));
            assertTrue(problem.getMessage().contains(bootstrap.getValue()), problem.getMessage());
        }
    }

    @Test
    void pressureGoesByWhatTheBootstrapSays() {
        var pressure = new Pressure(Ticker.system(), () -> 0.5, Pressure.Limits.USUAL);
        assertFalse(pressure.refusesRequests());
        pressure.use(new Pressure.Limits(1, 0.5, 1, 1), 0);
        assertTrue(pressure.refusesRequests());
        assertFalse(pressure.refusesConnections());
    }

    @Test
    void statisticsAreShownAsTheMatcherSays() {
        var inclusion =
                FileBootstrap.read(
                                "test",
                                "stats_config: {stats_matcher: {inclusion_list: {patterns:"
                                        + " [{prefix: cluster.}]}}}")
                        .shownStats();
        assertTrue(inclusion.test("cluster.a") && !inclusion.test("http.a"));
        var exclusion =
                FileBootstrap.read(
                                "test",
                                "stats_config: {stats_matcher: {exclusion_list: {patterns:"
                                        + " [{suffix: time}]}}}")
                        .shownStats();
        assertTrue(exclusion.test("cluster.a") && !exclusion.test("rq_time"));
        var none =
                FileBootstrap.read("test", "stats_config: {stats_matcher: {reject_all: true}}")
                        .shownStats();
        assertFalse(none.test("cluster.a"));
    }

    @Test
    void secretsStandInTheFile() {
        var statics =
                FileBootstrap.read(
                                "test",
                                "static_resources: {secrets: [{name: trust, validation_context:"
                                        + " {trusted_ca: {filename: /x}}}]}")
                        .statics();
        assertEquals(ConfigUpdate.SECRET, statics.getFirst().typeUrl());
        assertEquals("trust", statics.getFirst().changed().getFirst().name());
    }
}
