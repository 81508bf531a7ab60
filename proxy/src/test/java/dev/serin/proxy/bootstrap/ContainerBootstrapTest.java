package dev.serin.proxy.bootstrap;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.serin.base.ProblemException;
import dev.serin.proxy.ProxyOptions;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

class ContainerBootstrapTest {
    private static final List<String> ARGUMENTS =
            List.of("proxy", "sidecar", "--domain", "$(POD_NAMESPACE).svc.cluster.local");

    @TempDir private Path folder;
    private final Map<String, String> environment =
            new HashMap<>(
                    Map.of(
                            "POD_NAME", "web-1",
                            "POD_NAMESPACE", "shop",
                            "INSTANCE_IP", "10.244.0.5",
                            "SERVICE_ACCOUNT", "web",
                            "ISTIO_META_WORKLOAD_NAME", "web",
                            "ISTIO_META_CLUSTER_ID", "laptop",
                            "ISTIO_METAJSON_LABELS", "{\"extra\": \"1\"}",
                            "PROXY_CONFIG", "discoveryAddress: istiod.mesh.svc:15010\n"));

    @Test
    void readsWhoItIs() throws Exception {
        Files.writeString(
                folder.resolve("labels"), "app=\"web\"\nversion=\"v\\\"1\\\"\"\npath=\"a/b\"");
        var options = read();
        var node = options.node();
        assertEquals("sidecar~10.244.0.5~web-1.shop~shop.svc.cluster.local", node.getId());
        assertEquals("serin-proxy", node.getUserAgentName());
        assertEquals("web", node.getCluster());
        var metadata = node.getMetadata().getFieldsMap();
        assertEquals("laptop", metadata.get("CLUSTER_ID").getStringValue());
        assertEquals("10.244.0.5", metadata.get("INSTANCE_IPS").getStringValue());
        assertEquals("web", metadata.get("SERVICE_ACCOUNT").getStringValue());
        var labels = metadata.get("LABELS").getStructValue().getFieldsMap();
        assertEquals("v\"1\"", labels.get("version").getStringValue());
        assertEquals("a/b", labels.get("path").getStringValue());
        assertEquals("1", labels.get("extra").getStringValue());
        assertTrue(
                node.getExtensionsList().stream().anyMatch(e -> e.getName().equals("istio.stats")));
    }

    @Test
    void asksInClearTextOnlyWhereThatIsSpoken() {
        var clear = read().discovery();
        assertEquals("istiod.mesh.svc:15010", clear.server().toString());
        assertNull(clear.root());
        environment.put("PROXY_CONFIG", "{}");
        var secure = read().discovery();
        assertEquals("istiod.istio-system.svc:15012", secure.server().toString());
        assertEquals(folder.resolve("secrets/istio/root-cert.pem"), secure.root());
        assertEquals(folder.resolve("secrets/tokens/istio-token"), secure.tokenFile());
    }

    @Test
    void asManyWorkersAsTheFlagSaysElseTheProxysConfiguration() {
        assertEquals(0, bootstrap(ARGUMENTS).concurrency(), "one a core");
        environment.put("PROXY_CONFIG", "concurrency: 3");
        assertEquals(3, bootstrap(ARGUMENTS).concurrency());
        assertEquals(2, bootstrap(List.of("proxy", "sidecar", "--concurrency=2")).concurrency());
        var wrong = bootstrap(List.of("proxy", "sidecar", "--concurrency", "many"));
        assertThrows(ProblemException.class, wrong::concurrency);
    }

    private ContainerBootstrap bootstrap(List<String> arguments) {
        return new ContainerBootstrap(arguments, environment, ContainerFiles.SAME);
    }

    @Test
    void readsTheProbesThatInjectionMoved() {
        environment.put(
                "ISTIO_KUBE_APP_PROBERS",
                """
                {"/app-health/web/readyz": {"httpGet": {"path": "/ok", "port": 8501,
                   "httpHeaders": [{"name": "X-Probe", "value": "1"}]}, "timeoutSeconds": 3},
                 "/app-health/web/livez": {"tcpSocket": {"port": 9000}}}
                """);
        environment.put(
                "ISTIO_PROMETHEUS_ANNOTATIONS",
                "{\"scrape\": \"true\", \"path\": \"\", \"port\": \"8501\"}");
        var application = read().application();
        assertEquals(
                new Probe(8501, "/ok", Map.of("x-probe", "1"), Duration.ofSeconds(3)),
                application.probes().get("/app-health/web/readyz"));
        assertEquals(
                new Probe(9000, null, Map.of(), Duration.ofSeconds(1)),
                application.probes().get("/app-health/web/livez"));
        assertEquals(new Application.Scrape(8501, "/metrics"), application.metrics());
        assertEquals("10.244.0.5", application.address());
    }

    @Test
    void saysWhatIsMissing() {
        environment.remove("POD_NAME");
        var problem = assertThrows(ProblemException.class, this::read).problems().getFirst();
        assertEquals("environment variable POD_NAME", problem.subject());
        environment.put("POD_NAME", "web-1");
        environment.put("PROXY_CONFIG", "a: [");
        assertTrue(
                assertThrows(ProblemException.class, this::read)
                        .getMessage()
                        .startsWith("PROXY_CONFIG: "));
        var nothing = new ContainerBootstrap(List.of("serve"), environment, ContainerFiles.SAME);
        assertTrue(
                assertThrows(ProblemException.class, nothing::read)
                        .getMessage()
                        .contains("proxy sidecar"));
    }

    @Test
    void readsAFileBootstrapAndNamesWhatIsWrongInIt() {
        var options =
                FileBootstrap.read(
                        "proxy.yaml",
                        """
                        admin: {address: {socket_address: {address: 127.0.0.1, port_value: 19000}}}
                        cluster_manager: {local_cluster_name: there}
                        static_resources:
                          listeners:
                          - address: {socket_address: {address: 127.0.0.1, port_value: 10000}}
                            filter_chains:
                            - filters:
                              - name: tcp
                                typed_config:
                                  "@type": type.googleapis.com/envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy
                                  stat_prefix: tcp
                                  cluster: there
                          clusters:
                          - {name: there, connect_timeout: 1s, type: STATIC}
                        """);
        assertEquals("there", options.localCluster());
        assertEquals("there", options.statics().get(0).changed().getFirst().name());
        assertEquals("127.0.0.1_10000", options.statics().get(1).changed().getFirst().name());
        assertEquals(19000, options.ports().admin().port());
        var wrong =
                assertThrows(
                        ProblemException.class,
                        () -> FileBootstrap.read("proxy.yaml", "static_resource: {}"));
        assertTrue(wrong.getMessage().contains("static_resource"), wrong.getMessage());
    }

    @Test
    void saysOfItselfWhatAFileBootstrapSays() {
        var node =
                FileBootstrap.read(
                                "proxy.yaml",
                                """
                                node:
                                  id: one
                                  cluster: shop
                                  metadata: {a: b}
                                  locality: {region: r, zone: z, sub_zone: s}
                                """)
                        .node();
        assertEquals("one", node.getId());
        assertEquals("shop", node.getCluster());
        assertEquals("b", node.getMetadata().getFieldsOrThrow("a").getStringValue());
        assertEquals("r/z/s", place(node.getLocality()));
    }

    private static String place(io.envoyproxy.envoy.config.core.v3.Locality locality) {
        return locality.getRegion() + "/" + locality.getZone() + "/" + locality.getSubZone();
    }

    private ProxyOptions read() {
        var files =
                new ContainerFiles(
                        Map.of(
                                "/etc/istio/pod",
                                folder,
                                "/var/run/secrets",
                                folder.resolve("secrets")));
        return new ContainerBootstrap(ARGUMENTS, environment, files).read();
    }
}
