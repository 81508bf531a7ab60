package dev.serin.conformance.differential;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.serin.conformance.differential.peer.EnvoyPeer;
import dev.serin.conformance.differential.peer.Peer;
import dev.serin.conformance.differential.peer.ResourceServer;
import dev.serin.conformance.differential.peer.SerinPeer;
import dev.serin.conformance.differential.scenario.Scenario;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/// The admin pages beside those of a real Envoy with the same configuration: which pages there are,
/// how they answer what is wrong, and which fields and lines they have. Values are the scenarios'
/// business.
@Tag("peers")
class AdminTest {
    private static final Path FILES =
            Path.of(
                    System.getProperty("serin.root"),
                    "conformance/src/test/resources/differential");

    /// Fields that Envoy has and this proxy has not, by the beginning of their path.
    private static final Map<String, String> NOT_HERE =
            Map.ofEntries(
                    Map.entry("/memory", "what the allocator of Envoy says of itself"),
                    Map.entry(
                            "/server_info .command_line_options",
                            "options of Envoy's own command line"),
                    Map.entry("/server_info .hot_restart", "there is none"),
                    Map.entry(
                            "/server_info .node",
                            "what Envoy says of its extensions and its build"),
                    Map.entry(
                            "/config_dump BootstrapConfigDump.bootstrap",
                            "there is no bootstrap but a node"),
                    Map.entry(
                            "/config_dump ClustersConfigDump.static_clusters",
                            "the cluster of discovery"),
                    Map.entry(
                            "/config_dump?include_eds EndpointsConfigDump",
                            "only discovered ones are shown"),
                    Map.entry(
                            "/clusters?format=json"
                                    + " .cluster_statuses[].host_statuses[].success_rate",
                            "not measured"),
                    Map.entry("/config_dump?include_eds BootstrapConfigDump.bootstrap", "as above"),
                    Map.entry(
                            "/config_dump?include_eds ClustersConfigDump.static_clusters",
                            "as above"));

    private static ResourceServer server;
    private static EnvoyPeer envoy;
    private static SerinPeer ours;

    @BeforeAll
    static void start(@TempDir Path folder) throws Exception {
        server = new ResourceServer();
        envoy = new EnvoyPeer(EnvoyPeer.installed(), folder, server.port());
        ours = new SerinPeer(server.port());
        var scenario =
                Scenario.all(FILES).stream()
                        .filter(s -> s.name().startsWith("manager/admin"))
                        .findFirst()
                        .orElseThrow();
        new Player(server, ours, envoy).play(scenario, _ -> true);
    }

    @AfterAll
    static void stop() {
        ours.close();
        envoy.close();
        server.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET /certs",
                "GET /clusters",
                "GET /clusters?format=json",
                "GET /clusters?filter=nobody",
                "GET /config_dump",
                "GET /config_dump?include_eds",
                "GET /config_dump?mask=zzz",
                "GET /config_dump?resource=dynamic_listeners&mask=name",
                "GET /config_dump?resource=dynamic_route_configs",
                "GET /config_dump?resource=zzz",
                "GET /drain_listeners",
                "GET /healthcheck/fail",
                "GET /help",
                "GET /init_dump",
                "GET /listeners",
                "GET /listeners?format=json",
                "GET /logging",
                "GET /memory",
                "GET /nothing",
                "GET /quitquitquit",
                "GET /ready",
                "GET /reopen_logs",
                "GET /reset_counters",
                "GET /runtime",
                "GET /server_info",
                "GET /stats?filter=%28",
                "GET /stats?format=none",
                "GET /stats?format=json&filter=http.main.downstream_rq",
                "GET /stats?type=None",
                "GET /stats/prometheus?filter=http.main.downstream_rq_total",
                "POST /logging",
                "POST /logging?level=none",
                "POST /healthcheck/fail",
                "POST /healthcheck/ok",
                "POST /reopen_logs",
                "POST /reset_counters",
                "POST /runtime_modify?a=b",
            })
    void answersAsEnvoy(String ask) {
        var parts = ask.split(" ", 2);
        assertEquals(shape(envoy, parts[0], parts[1]), shape(ours, parts[0], parts[1]));
    }

    @Test
    void isNotReadyWhileHealthChecksAreToFail() {
        for (var peer : Set.of(ours, envoy)) {
            peer.page("POST", "/healthcheck/fail");
            assertEquals("503\nDRAINING\n", peer.page("GET", "/ready"), peer.name());
            peer.page("POST", "/healthcheck/ok");
            assertEquals("200\nLIVE\n", peer.page("GET", "/ready"), peer.name());
        }
    }

    /// The status and what there is, without values.
    private static String shape(Peer peer, String method, String path) {
        var answer = peer.page(method, path);
        var end = answer.indexOf('\n');
        var status = answer.substring(0, end);
        var body = answer.substring(end + 1);
        var facts = new TreeSet<String>();
        if (body.startsWith("{")) {
            json(path + " ", JsonMapper.shared().readTree(body), facts);
        } else if (path.startsWith("/clusters")) {
            body.lines()
                    .filter(l -> !l.startsWith("xds::"))
                    .map(l ->
                            l.replaceFirst("::[^:]*$", "").replaceFirst("::[\\d.]+:\\d+", "::HOST"))
                    .forEach(facts::add);
        } else if (path.startsWith("/stats/") || path.contains("cumulative")) {
            body.lines().map(l -> l.replaceAll("[ (]\\d.*", "")).forEach(facts::add);
        } else if (status.equals("200")
                && body.lines().count() < 3
                && !path.startsWith("/logging")) {
            body.lines().map(l -> l.replaceAll("\\d+", "N")).forEach(facts::add);
        }
        facts.removeIf(f -> NOT_HERE.keySet().stream().anyMatch(f::startsWith));
        return status + "\n" + String.join("\n", facts);
    }

    private static void json(String path, JsonNode node, Set<String> facts) {
        if (node.isArray()) {
            for (var element : node) {
                var type = element.path("@type").asString("");
                var named =
                        type.substring(Math.max(type.lastIndexOf('.'), type.lastIndexOf('/')) + 1);
                json(
                        path.endsWith(" .configs") ? path.replace(".configs", named) : path + "[]",
                        element,
                        facts);
            }
        } else if (node.isObject()) {
            for (var field : node.properties()) {
                if (!field.getKey().equals("@type")) {
                    json(path + "." + field.getKey(), field.getValue(), facts);
                }
            }
        } else {
            facts.add(path);
        }
    }
}
