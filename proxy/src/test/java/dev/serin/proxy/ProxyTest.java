package dev.serin.proxy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.serin.base.net.HostPort;
import dev.serin.proxy.ads.Plane;
import dev.serin.proxy.bootstrap.Application;
import dev.serin.proxy.bootstrap.ContainerFiles;
import dev.serin.proxy.bootstrap.Discovery;
import dev.serin.proxy.bootstrap.Ports;
import dev.serin.proxy.snapshot.ConfigUpdate;
import dev.serin.proxy.snapshot.Rejected;
import dev.serin.proxy.socket.HostSockets;
import dev.serin.proxy.socket.Transport;
import dev.serin.testkit.Eventually;
import dev.serin.testkit.NothingLeft;

import io.envoyproxy.envoy.admin.v3.Certificates;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.core.v3.Node;
import io.envoyproxy.envoy.config.listener.v3.Listener;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import java.io.ByteArrayOutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

@ExtendWith(NothingLeft.class)
class ProxyTest {
    private static final Duration BOUND = Duration.ofSeconds(10);
    private final HttpClient client = HttpClient.newHttpClient();
    private final ProxyRuntime.Machine machine = ProxyRuntime.ofMachine(1);
    private final ByteArrayOutputStream output = new ByteArrayOutputStream();
    private final FakePlane plane = new FakePlane();
    private ControlPlane control;
    private Proxy proxy;

    @BeforeEach
    void start() throws Exception {
        control = new ControlPlane();
        proxy = proxy("sidecar~127.0.0.1~web-1.shop~shop.svc");
        proxy.start();
        Eventually.eventually(BOUND, "pages", () -> proxy.pageAddresses().size() == 4);
    }

    private Proxy proxy(String id) {
        var options =
                new ProxyOptions(
                        Node.newBuilder().setId(id).build(),
                        new Discovery(new HostPort("127.0.0.1", control.port()), null, null),
                        List.of(),
                        Ports.FREE,
                        new Application("127.0.0.1", Map.of(), null));
        var place =
                new ProxyPlace(
                        new HostSockets(Transport.best(), 0),
                        _ -> InetAddress.getLoopbackAddress(),
                        ContainerFiles.SAME,
                        output);
        return new Proxy(options, place, machine.runtime(), (_, _, _, _) -> plane);
    }

    @AfterEach
    void stop() throws Exception {
        proxy.close();
        proxy.ended().exceptionally(_ -> null).get(10, TimeUnit.SECONDS);
        control.close();
        client.close();
        machine.close();
    }

    @Test
    void isReadyWhenClustersAndListenersCameAndAreBound() throws Exception {
        control.await(r -> r.getTypeUrl().equals(ConfigUpdate.CLUSTER) && r.hasNode());
        plane.unbound = List.of("virtualInbound: not yet");
        Eventually.eventually(BOUND, "empty answers count too", () -> plane.updates.size() == 2);
        assertEquals(503, get("status", "/healthz/ready").statusCode());
        assertTrue(get("status", "/healthz/ready").body().contains("listeners to be bound"));
        assertEquals("INITIALIZING\n", get("admin", "/ready").body());
        plane.unbound = List.of();
        proxy.ready().get(10, TimeUnit.SECONDS);
        assertEquals(200, get("status", "/healthz/ready").statusCode());
        assertEquals("LIVE\n", get("admin", "/ready").body());
        assertTrue(get("stats", "/stats/prometheus").body().contains("envoy_server_live 1"));
    }

    @Test
    void asksForWhatTheConfigurationRefersToAndShowsIt() throws Exception {
        proxy.ready().get(10, TimeUnit.SECONDS);
        plane.wanted = Set.of("outbound|80||web.shop.svc");
        var cluster = Cluster.newBuilder().setName("outbound|80||web.shop.svc").build();
        control.set(ConfigUpdate.CLUSTER, cluster.getName(), cluster);
        var asked = control.await(r -> r.getTypeUrl().equals(ConfigUpdate.ENDPOINT));
        assertEquals(List.of(cluster.getName()), asked.getResourceNamesSubscribeList());

        var dump = get("admin", "/config_dump").body();
        assertTrue(dump.contains("\"dynamic_active_clusters\""), dump);
        assertTrue(dump.contains("outbound|80||web.shop.svc"), dump);
        Eventually.eventually(
                BOUND, "the state follows", () -> discovery().contains("CDS: held 1"));
        assertTrue(discovery().contains("connected: true"), discovery());
        assertTrue(get("admin", "/server_info").body().contains("\"state\": \"LIVE\""));
    }

    @Test
    void refusesByNameAndKeepsTheLastGood() throws Exception {
        proxy.ready().get(10, TimeUnit.SECONDS);
        var good = Listener.newBuilder().setName("in").build();
        control.set(ConfigUpdate.LISTENER, "in", good);
        Eventually.eventually(
                BOUND,
                "the good one is in force",
                () -> get("/config_dump").contains("\"active_state\""));
        plane.bad = Set.of("in");
        control.set(ConfigUpdate.LISTENER, "in", good.toBuilder().setStatPrefix("x").build());
        var nack = control.await(r -> r.hasErrorDetail());
        assertEquals("in: filter_chains: not known", nack.getErrorDetail().getMessage());
        var dump = get("admin", "/config_dump").body();
        assertTrue(dump.contains("\"error_state\""), dump);
        assertTrue(dump.contains("\"active_state\""), dump);
        Eventually.eventually(
                BOUND,
                "the log says it",
                () -> output.toString(StandardCharsets.UTF_8).contains("not applied: "));
    }

    @Test
    void drainsThenEnds() throws Exception {
        proxy.ready().get(10, TimeUnit.SECONDS);
        var drained = proxy.drain(Duration.ofSeconds(30));
        Eventually.eventually(BOUND, "drain", () -> plane.draining);
        assertTrue(plane.listening);
        assertFalse(drained.isDone());
        assertEquals("DRAINING\n", get("admin", "/ready").body());
        assertEquals(503, get("status", "/healthz/ready").statusCode());
        Eventually.eventually(BOUND, "no new connections", () -> !plane.listening);
        assertFalse(drained.isDone());
        plane.connections = 0;
        drained.get(10, TimeUnit.SECONDS);
        proxy.close();
        proxy.ended().get(10, TimeUnit.SECONDS);
        assertTrue(plane.closed);
        assertTrue(output.toString(StandardCharsets.UTF_8).contains("ended"));
    }

    @Test
    void endsWhenItsAdminSaysSo() throws Exception {
        proxy.ready().get(10, TimeUnit.SECONDS);
        assertEquals(405, get("admin", "/quitquitquit").statusCode());
        assertTrue(get("admin", "/help").body().contains("/config_dump: "));
        assertEquals(404, get("admin", "/nothing").statusCode());
        assertTrue(get("/memory").contains("\"allocated\""));
        assertTrue(get("/stats?usedonly&filter=server").contains("server.live: 1"), get("/stats"));
        post("/reset_counters");
        post("/logging?level=debug");
        assertTrue(post("/logging").body().contains("proxy: debug"));
        post("/logging?paths=proxy:warning");
        assertTrue(post("/logging").body().contains("proxy: warning"));
        assertEquals(400, post("/logging?paths=http:debug").statusCode());
        assertEquals(400, post("/logging?level=loud").statusCode());
        post("/quitquitquit");
        proxy.ended().get(10, TimeUnit.SECONDS);
    }

    @Test
    void saysThatItIsNotReadyWhenItIsTold() throws Exception {
        proxy.ready().get(10, TimeUnit.SECONDS);
        post("/healthcheck/fail");
        assertTrue(plane.failing);
        assertEquals("DRAINING\n", get("admin", "/ready").body());
        assertTrue(get("/server_info").contains("\"state\": \"DRAINING\""));
        post("/healthcheck/ok");
        assertFalse(plane.failing);
        assertEquals("LIVE\n", get("admin", "/ready").body());
    }

    @Test
    void drainsTheListenersThatItIsTold() throws Exception {
        proxy.ready().get(10, TimeUnit.SECONDS);
        post("/drain_listeners?inboundonly&graceful");
        Eventually.eventually(BOUND, "inbound ones drain", () -> plane.drainingInbound);
        assertTrue(plane.listening && !plane.draining);
        post("/drain_listeners?skip_exit");
        Eventually.eventually(BOUND, "all drain", () -> plane.draining);
        assertTrue(plane.listening);
        post("/drain_listeners");
        Eventually.eventually(BOUND, "closed", () -> !plane.listening);
        assertEquals("LIVE\n", get("admin", "/ready").body());
    }

    @Test
    void showsPartsOfTheConfigurationAndNoKeys() throws Exception {
        proxy.ready().get(10, TimeUnit.SECONDS);
        for (var name : List.of("one", "two")) {
            control.set(
                    ConfigUpdate.CLUSTER,
                    name,
                    Yaml.cluster(
                            """
                            name: NAME
                            transport_socket:
                              name: tls
                              typed_config:
                                "@type": type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext
                                common_tls_context:
                                  tls_certificates: [{certificate_chain: {inline_string: chain}, private_key: {inline_string: keykeykey}}]
                            """
                                    .replace("NAME", name)));
        }
        Eventually.eventually(BOUND, "both", () -> get("/config_dump").contains("\"two\""));
        var whole = get("/config_dump");
        assertTrue(whole.contains("[redacted]") && whole.contains("chain"), whole);
        assertFalse(whole.contains("keykeykey"), whole);
        assertFalse(whole.contains("EndpointsConfigDump"), whole);
        assertTrue(get("/config_dump?include_eds").contains("EndpointsConfigDump"));
        var masked = get("/config_dump?resource=dynamic_active_clusters&mask=cluster.name");
        assertTrue(masked.contains("ClustersConfigDump.DynamicCluster"), masked);
        assertTrue(masked.contains("\"two\"") && !masked.contains("version_info"), masked);
        var named = get("/config_dump?name_regex=t.*");
        assertTrue(named.contains("\"two\"") && !named.contains("\"one\""), named);
        assertEquals(404, get("admin", "/config_dump?resource=zzz").statusCode());
        assertEquals(400, get("admin", "/config_dump?mask=zzz").statusCode());
        assertEquals("b::x::1\n", get("/clusters?filter=b"));
    }

    @Test
    void onePortTakenEndsThisProxyAndNoOther() throws Exception {
        var taken = proxy.pageAddresses().get("admin").getPort();
        var options =
                new ProxyOptions(
                        Node.newBuilder().setId("second").build(),
                        null,
                        List.of(),
                        Ports.FREE.withAdmin(new HostPort("127.0.0.1", taken)),
                        new Application("127.0.0.1", Map.of(), null));
        var place =
                new ProxyPlace(
                        new HostSockets(Transport.best(), 0),
                        _ -> InetAddress.getLoopbackAddress(),
                        ContainerFiles.SAME,
                        new ByteArrayOutputStream());
        var second = new Proxy(options, place, machine.runtime(), (_, _, _, _) -> new FakePlane());
        second.start();
        var failure = assertThrows(CompletionException.class, () -> second.ready().join());
        assertTrue(failure.getCause().getMessage().contains("admin on 127.0.0.1:" + taken));
        assertThrows(CompletionException.class, () -> second.ended().join());
        proxy.ready().get(10, TimeUnit.SECONDS);
    }

    private String discovery() {
        return get("/discovery");
    }

    private String get(String path) {
        try {
            return get("admin", path).body();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private HttpResponse<String> get(String page, String path) throws Exception {
        return client.send(request(page, path).build(), HttpResponse.BodyHandlers.ofString());
    }

    private HttpResponse<String> post(String path) throws Exception {
        var request = request("admin", path).POST(HttpRequest.BodyPublishers.noBody());
        return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    private HttpRequest.Builder request(String page, String path) {
        var port = proxy.pageAddresses().get(page).getPort();
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .version(HttpClient.Version.HTTP_1_1);
    }

    /// Keeps what it is told.
    private static final class FakePlane implements Plane {
        private final List<ConfigUpdate> updates =
                java.util.Collections.synchronizedList(new ArrayList<>());
        private volatile boolean listening = true;
        private volatile int connections = 1;
        private volatile Set<String> wanted = Set.of();
        private volatile Set<String> bad = Set.of();
        private volatile List<String> unbound = List.of();
        private volatile boolean draining;
        private volatile boolean closed;
        private volatile boolean drainingInbound;
        private volatile boolean failing;

        @Override
        public List<Rejected> apply(ConfigUpdate update) {
            updates.add(update);
            return update.changed().stream()
                    .filter(r -> bad.contains(r.name()))
                    .map(r ->
                            new Rejected(update.typeUrl(), r.name(), "filter_chains", "not known"))
                    .toList();
        }

        @Override
        public Set<String> wanted(String typeUrl) {
            return typeUrl.equals(ConfigUpdate.ENDPOINT) ? wanted : Set.of();
        }

        @Override
        public Map<String, String> failures() {
            return Map.of();
        }

        @Override
        public List<String> unbound() {
            return unbound;
        }

        @Override
        public Set<String> inUse(String typeUrl) {
            return updates.stream()
                    .flatMap(u -> u.changed().stream())
                    .map(ConfigUpdate.Versioned::name)
                    .collect(Collectors.toSet());
        }

        @Override
        public String clusters(boolean json) {
            return json ? "{}" : "a::x::1\nb::x::1\n";
        }

        @Override
        public String listeners(boolean json) {
            return json ? "{}" : "";
        }

        @Override
        public Certificates certificates() {
            return Certificates.getDefaultInstance();
        }

        @Override
        public void drainInbound() {
            drainingInbound = true;
        }

        @Override
        public void failHealth(boolean now) {
            failing = now;
        }

        @Override
        public List<InetSocketAddress> addresses(String listener) {
            return List.of();
        }

        @Override
        public CompletableFuture<Void> drain() {
            draining = true;
            return new CompletableFuture<>();
        }

        @Override
        public void closeListeners(boolean inboundOnly) {
            listening = false;
        }

        @Override
        public int connections() {
            return connections;
        }

        @Override
        public void close() {
            closed = true;
        }
    }
}
