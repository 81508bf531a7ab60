package dev.serin.proxy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.util.JsonFormat;
import com.sun.net.httpserver.HttpServer;

import dev.serin.base.net.HostPort;
import dev.serin.proxy.bootstrap.Application;
import dev.serin.proxy.bootstrap.ContainerFiles;
import dev.serin.proxy.bootstrap.Discovery;
import dev.serin.proxy.bootstrap.FileBootstrap;
import dev.serin.proxy.bootstrap.Ports;
import dev.serin.proxy.snapshot.ConfigUpdate;
import dev.serin.proxy.socket.HostSockets;
import dev.serin.proxy.socket.Transport;
import dev.serin.proxy.telemetry.Ends;
import dev.serin.testkit.Eventually;
import dev.serin.testkit.NothingLeft;

import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.core.v3.Node;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;

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
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;

/// A proxy with everything in it: configured over gRPC, asked over sockets.
@ExtendWith(NothingLeft.class)
class WholeProxyTest {
    private static final Duration BOUND = Duration.ofSeconds(10);
    private static final String CLUSTER = "outbound|80||web.shop.svc.cluster.local";
    private static final String RESOURCES =
            """
            static_resources:
              listeners:
              - name: outbound
                traffic_direction: OUTBOUND
                address: {socket_address: {address: 127.0.0.1, port_value: 0}}
                filter_chains:
                - filters:
                  - name: envoy.filters.network.http_connection_manager
                    typed_config:
                      "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
                      stat_prefix: outbound
                      rds: {route_config_name: "80", config_source: {ads: {}}}
                      access_log:
                      - name: file
                        typed_config:
                          "@type": type.googleapis.com/envoy.extensions.access_loggers.file.v3.FileAccessLog
                          path: /dev/stdout
                          log_format: {text_format_source: {inline_string: "%REQ(:METHOD)% %REQ(:PATH)% %RESPONSE_CODE% %UPSTREAM_CLUSTER% %ROUTE_NAME%\\n"}}
                      http_filters:
                      - name: envoy.filters.http.peer_metadata
                        typed_config:
                          "@type": type.googleapis.com/udpa.type.v1.TypedStruct
                          type_url: type.googleapis.com/io.istio.http.peer_metadata.Config
                          value: {upstream_discovery: [{istio_headers: {}}], upstream_propagation: [{istio_headers: {skip_external_clusters: true}}]}
                      - name: istio.stats
                        typed_config:
                          "@type": type.googleapis.com/udpa.type.v1.TypedStruct
                          type_url: type.googleapis.com/stats.PluginConfig
                      - name: envoy.filters.http.router
                        typed_config:
                          "@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router
              clusters:
              - name: outbound|80||web.shop.svc.cluster.local
                type: EDS
                eds_cluster_config: {eds_config: {ads: {}}}
                connect_timeout: 1s
                metadata:
                  filter_metadata:
                    istio: {services: [{host: web.shop.svc.cluster.local, name: web, namespace: shop}]}
            """;

    private final HttpClient client = HttpClient.newHttpClient();
    private final ProxyRuntime.Machine machine = ProxyRuntime.ofMachine(1);
    private final ByteArrayOutputStream output = new ByteArrayOutputStream();
    private final ConcurrentLinkedQueue<String> peers = new ConcurrentLinkedQueue<>();
    private HttpServer web;
    private ControlPlane control;
    private Proxy proxy;

    @BeforeEach
    void start() throws Exception {
        web = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        web.createContext(
                "/",
                exchange -> {
                    peers.add(
                            String.valueOf(
                                    exchange.getRequestHeaders()
                                            .getFirst("x-envoy-peer-metadata-id")));
                    var body = "from web".getBytes(StandardCharsets.UTF_8);
                    exchange.sendResponseHeaders(200, body.length);
                    exchange.getResponseBody().write(body);
                    exchange.close();
                });
        web.start();
        control = new ControlPlane();
        var statics = FileBootstrap.read("test", RESOURCES).statics();
        control.set(
                ConfigUpdate.CLUSTER,
                CLUSTER,
                statics.get(0).changed().getFirst().resource().unpack(Cluster.class));
        control.set(
                ConfigUpdate.LISTENER,
                "outbound",
                statics.get(1).changed().getFirst().resource().unpack(Listener.class));
        control.set(ConfigUpdate.ENDPOINT, CLUSTER, endpoints());
        control.set(ConfigUpdate.ROUTE, "80", routes("/"));
        var options =
                new ProxyOptions(
                        Node.newBuilder()
                                .setId("sidecar~127.0.0.1~client-1.shop~shop.svc")
                                .setMetadata(
                                        Ends.struct(
                                                "{\"WORKLOAD_NAME\": \"client\","
                                                        + " \"NAMESPACE\": \"shop\"}"))
                                .build(),
                        new Discovery(new HostPort("127.0.0.1", control.port()), null, null),
                        List.of(),
                        Ports.FREE,
                        new Application("127.0.0.1", Map.of(), null));
        proxy =
                new Proxy(
                        options,
                        new ProxyPlace(
                                new HostSockets(Transport.best(), 0),
                                _ -> InetAddress.getLoopbackAddress(),
                                ContainerFiles.SAME,
                                output),
                        machine.runtime());
        proxy.start();
        proxy.ready().get(20, TimeUnit.SECONDS);
    }

    @AfterEach
    void stop() throws Exception {
        proxy.close();
        proxy.ended().get(10, TimeUnit.SECONDS);
        control.close();
        client.close();
        web.stop(0);
        machine.close();
    }

    @Test
    void servesAndTellsOfIt() throws Exception {
        var response = ask("/hello");
        assertEquals("from web", response.body());
        assertEquals(200, response.statusCode());
        assertEquals("sidecar~127.0.0.1~client-1.shop~shop.svc", peers.poll());
        Eventually.eventually(
                BOUND,
                "a line in the access log",
                () -> text().contains("GET /hello 200 " + CLUSTER + " plain\n"));
        var metrics = page("stats", "/stats/prometheus");
        var line =
                metrics.lines()
                        .filter(l -> l.startsWith("istio_requests_total{"))
                        .findFirst()
                        .orElse(metrics);
        assertTrue(line.contains("source_workload=\"client\""), line);
        assertTrue(line.contains("destination_service_name=\"web\""), line);
        assertTrue(line.endsWith(" 1"), line);
        var total = "envoy_cluster_upstream_rq_total{envoy_cluster_name=\"" + CLUSTER + "\"} 1";
        assertTrue(metrics.contains(total), metrics);
        var listener = "outbound::127.0.0.1:" + proxy.addresses("outbound").getFirst().getPort();
        assertEquals(listener + "\n", page("admin", "/listeners"));
        assertTrue(page("admin", "/clusters").contains("::rq_total::1\n"));
    }

    @Test
    void goesOnWhileTheControlPlaneIsGone() throws Exception {
        control.close();
        Eventually.eventually(
                BOUND, "it knows", () -> page("admin", "/discovery").contains("connected: false"));
        for (var i = 0; i < 20; i++) {
            assertEquals(200, ask("/hello").statusCode());
        }
    }

    @Test
    void takesChangedRoutesAndRefusesBrokenOnes() throws Exception {
        control.set(ConfigUpdate.ROUTE, "80", routes("/only"));
        Eventually.eventually(BOUND, "404 elsewhere", () -> status("/hello") == 404);
        assertEquals(200, status("/only/this"));
        var broken =
                RouteConfiguration.newBuilder()
                        .setName("80")
                        .addVirtualHosts(
                                routes("/").getVirtualHosts(0).toBuilder()
                                        .addRoutes(
                                                routes("/")
                                                        .getVirtualHosts(0)
                                                        .getRoutes(0)
                                                        .toBuilder()
                                                        .clearAction()));
        control.set(ConfigUpdate.ROUTE, "80", broken.build());
        var nack = control.await(r -> r.hasErrorDetail());
        assertTrue(
                nack.getErrorDetail().getMessage().startsWith("80: "),
                nack.getErrorDetail().getMessage());
        assertEquals(200, status("/only/this"));
        assertTrue(page("admin", "/config_dump").contains("\"error_state\""));
    }

    private ClusterLoadAssignment endpoints() {
        return read(
                        """
                        {"cluster_name": "%s", "endpoints": [{"lb_endpoints": [{"endpoint": {"address":
                          {"socket_address": {"address": "127.0.0.1", "port_value": %d}}}}]}]}
                        """
                                .formatted(CLUSTER, web.getAddress().getPort()),
                        ClusterLoadAssignment.newBuilder())
                .build();
    }

    private static RouteConfiguration routes(String prefix) {
        return read(
                        """
                        {"name": "80", "virtual_hosts": [{"name": "all", "domains": ["*"], "routes": [
                          {"name": "plain", "match": {"prefix": "%s"}, "route": {"cluster": "%s"}}]}]}
                        """
                                .formatted(prefix, CLUSTER),
                        RouteConfiguration.newBuilder())
                .build();
    }

    private static <B extends Message.Builder> B read(String json, B into) {
        try {
            JsonFormat.parser().merge(json, into);
            return into;
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalArgumentException(e);
        }
    }

    private int status(String path) {
        try {
            return ask(path).statusCode();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private HttpResponse<String> ask(String path) throws Exception {
        return get(proxy.addresses("outbound").getFirst().getPort(), path);
    }

    private String page(String page, String path) {
        try {
            return get(proxy.pageAddresses().get(page).getPort(), path).body();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private HttpResponse<String> get(int port, String path) throws Exception {
        return client.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                        .version(HttpClient.Version.HTTP_1_1)
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private String text() {
        return output.toString(StandardCharsets.UTF_8);
    }
}
