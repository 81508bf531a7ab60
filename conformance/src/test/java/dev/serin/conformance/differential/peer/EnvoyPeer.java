package dev.serin.conformance.differential.peer;

import dev.serin.testkit.Child;
import dev.serin.testkit.Eventually;
import dev.serin.xds.ResourceType;
import dev.serin.xds.XdsResource;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;

/// A real Envoy with one worker, in a process of its own.
public final class EnvoyPeer implements Peer {
    private static final Duration BOUND = Duration.ofSeconds(30);
    private static final JsonMapper JSON = JsonMapper.shared();

    private final Process process;
    private final Path problems;
    private final Pages pages;
    private final List<String> log = new CopyOnWriteArrayList<>();

    /// Starts it and waits until its admin pages answer.
    ///
    /// @param binary as `.ci/peers` installed it
    /// @param folder for its files
    public EnvoyPeer(Path binary, Path folder, int discoveryPort) throws IOException {
        var bootstrap =
                Files.writeString(
                        folder.resolve("envoy.yaml"),
                        BOOTSTRAP.replace("PORT", Integer.toString(discoveryPort)));
        var admin = folder.resolve("admin.txt");
        problems = folder.resolve("envoy.log");
        process =
                new ProcessBuilder(
                                binary.toString(),
                                "-c",
                                bootstrap.toString(),
                                "--concurrency",
                                "1",
                                "--use-dynamic-base-id",
                                "--admin-address-path",
                                admin.toString(),
                                "--file-flush-interval-msec",
                                "10",
                                "--drain-time-s",
                                "1",
                                "-l",
                                System.getProperty("serin.envoy.log", "warning"))
                        .redirectError(problems.toFile())
                        .start();
        Thread.ofVirtual().start(this::readLog);
        Eventually.poll(BOUND, () -> written(admin) || !process.isAlive(), started -> started);
        if (!process.isAlive()) {
            throw new IllegalStateException("Envoy ended: " + Files.readString(problems));
        }
        pages = new Pages(Files.readString(admin).strip());
        Eventually.eventually(BOUND, "Envoy's pages", () -> !pages.get("/server_info").isEmpty());
    }

    /// Whether it is there, and says something.
    private static boolean written(Path file) {
        try {
            return Files.exists(file) && Files.size(file) > 0;
        } catch (IOException e) {
            return false;
        }
    }

    /// The binary that `.ci/peers` installed.
    public static Path installed() {
        var binary = System.getProperty("serin.envoy", "");
        if (binary.isEmpty()) {
            throw new IllegalStateException(
                    "No Envoy: this test is run by .ci/peers, which installs one.");
        }
        return Path.of(binary);
    }

    private void readLog() {
        try (var lines =
                new BufferedReader(
                        new InputStreamReader(
                                process.getInputStream(), StandardCharsets.ISO_8859_1))) {
            lines.lines().forEach(log::add);
        } catch (IOException e) {
            log.add("log ended: " + e);
        }
    }

    @Override
    public String name() {
        return "envoy";
    }

    @Override
    public String node() {
        return "envoy";
    }

    @Override
    public boolean uses(List<XdsResource> resources, Set<String> rejected) {
        if (!process.isAlive()) {
            throw new IllegalStateException("Envoy has ended with " + process.exitValue());
        }
        var text = pages.get("/config_dump");
        if (text.isEmpty()) {
            return false;
        }
        var used = new HashMap<String, String>();
        for (var part : JSON.readTree(text).path("configs")) {
            for (var one : part.path("dynamic_active_clusters")) {
                used.put("CDS " + name(one.path("cluster")), version(one));
            }
            for (var one : part.path("dynamic_listeners")) {
                var active = one.path("active_state");
                if (!active.isMissingNode() && one.path("warming_state").isMissingNode()) {
                    used.put("LDS " + one.path("name").asString(), version(active));
                }
            }
            for (var one : part.path("dynamic_route_configs")) {
                used.put("RDS " + name(one.path("route_config")), version(one));
            }
        }
        for (var resource : resources) {
            var key = resource.type().abbreviation() + " " + resource.name();
            if (resource.type() != ResourceType.ENDPOINT
                    && resource.type() != ResourceType.SECRET
                    && !rejected.contains(key)
                    && !fits(resource, used.remove(key))
                    && !unasked(resource, resources, rejected)) {
                return false;
            }
        }
        return used.keySet().stream()
                .allMatch(key -> key.startsWith("RDS ") || rejected.contains(key));
    }

    /// A listener that was changed in place is shown with the version that it was made of; that it
    /// has the new one is said by its acknowledgement, and by its not warming.
    private static boolean fits(XdsResource resource, @Nullable String version) {
        return version != null
                && (resource.type() == ResourceType.LISTENER || resource.version().equals(version));
    }

    /// Routes are asked for by a listener that was taken alone.
    private static boolean unasked(
            XdsResource resource, List<XdsResource> resources, Set<String> rejected) {
        return resource.type() == ResourceType.ROUTE
                && resources.stream()
                        .filter(r -> r.type() == ResourceType.LISTENER)
                        .filter(r -> !rejected.contains("LDS " + r.name()))
                        .noneMatch(
                                r -> r.body().getValue().toStringUtf8().contains(resource.name()));
    }

    private static String name(JsonNode node) {
        return node.path("name").asString("");
    }

    private static String version(JsonNode node) {
        return node.path("version_info").asString("");
    }

    @Override
    public Map<String, Integer> ports() {
        var ports = new HashMap<String, Integer>();
        for (var one :
                JSON.readTree(pages.get("/listeners?format=json")).path("listener_statuses")) {
            Peer.put(ports, name(one), port(one.path("local_address")));
            for (var more : one.path("additional_local_addresses")) {
                Peer.put(ports, name(one), port(more));
            }
        }
        return ports;
    }

    private static int port(JsonNode address) {
        return address.path("socket_address").path("port_value").asInt();
    }

    @Override
    public String page(String method, String path) {
        return pages.ask(method, path);
    }

    @Override
    public String metrics() {
        return pages.get("/stats/prometheus");
    }

    @Override
    public List<String> log() {
        return List.copyOf(log);
    }

    @Override
    public void close() {
        pages.close();
        Child.end(process);
    }

    private static final String BOOTSTRAP =
            """
            node: {id: envoy, cluster: conformance, locality: {zone: here}}
            cluster_manager: {local_cluster_name: local}
            admin: {address: {socket_address: {address: 127.0.0.1, port_value: 0}}}
            dynamic_resources:
              ads_config:
                api_type: DELTA_GRPC
                transport_api_version: V3
                grpc_services: [{envoy_grpc: {cluster_name: xds}}]
              cds_config: {ads: {}, resource_api_version: V3}
              lds_config: {ads: {}, resource_api_version: V3}
            static_resources:
              clusters:
              - name: xds
                type: STATIC
                connect_timeout: 5s
                typed_extension_protocol_options:
                  envoy.extensions.upstreams.http.v3.HttpProtocolOptions:
                    "@type": type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions
                    explicit_http_config: {http2_protocol_options: {}}
                load_assignment:
                  cluster_name: xds
                  endpoints: [{lb_endpoints: [{endpoint: {address:
                    {socket_address: {address: 127.0.0.1, port_value: PORT}}}}]}]
              - name: local
                type: STATIC
                connect_timeout: 1s
                load_assignment:
                  cluster_name: local
                  endpoints:
                  - {locality: {zone: here}, lb_endpoints: [{endpoint: {address:
                      {socket_address: {address: 127.0.0.1, port_value: 1}}}}]}
                  - {locality: {zone: there}, lb_endpoints: [{endpoint: {address:
                      {socket_address: {address: 127.0.0.1, port_value: 2}}}}]}
            """;
}
