package dev.serin.conformance.istio;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;

import dev.serin.conformance.kubernetes.RealKubernetes;
import dev.serin.proxy.Proxy;
import dev.serin.proxy.ProxyOptions;
import dev.serin.proxy.ProxyPlace;
import dev.serin.proxy.ProxyRuntime;
import dev.serin.proxy.bootstrap.ContainerBootstrap;
import dev.serin.proxy.bootstrap.ContainerFiles;
import dev.serin.proxy.bootstrap.Ports;
import dev.serin.proxy.socket.HostSockets;
import dev.serin.proxy.socket.Transport;
import dev.serin.testkit.Authority;
import dev.serin.testkit.Child;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;

/// A gateway and sidecars of ours that follow a real istiod.
@Tag("istiod")
class IstiodTest {
    private static final Authority AUTHORITY = new Authority("istio");
    private static RealKubernetes kubernetes;

    @TempDir private Path folder;
    private final Map<String, String> words = new HashMap<>();
    private final ByteArrayOutputStream output = new ByteArrayOutputStream();
    private final HttpClient client = HttpClient.newHttpClient();
    private ProxyRuntime.Machine machine;
    private HttpServer v1;
    private HttpServer v2;
    private ServerSocket db;
    private Istiod istiod;

    @BeforeAll
    static void startKubernetes(@TempDir Path folder) throws IOException {
        kubernetes = RealKubernetes.built(folder);
    }

    @AfterAll
    static void stopKubernetes() {
        kubernetes.close();
    }

    @BeforeEach
    void start() throws Exception {
        v1 = model("v1");
        v2 = model("v2");
        db = greeter();
        for (var port : List.of("g1", "g2", "http", "tcp", "tls", "https", "local", "localdb")) {
            words.put(port, Integer.toString(Child.freePort()));
        }
        words.put("v1", Integer.toString(v1.getAddress().getPort()));
        words.put("v2", Integer.toString(v2.getAddress().getPort()));
        words.put("db", Integer.toString(db.getLocalPort()));
        var keys = AUTHORITY.issue("digits", "DNS:digits.test");
        words.put("chain", Files.writeString(folder.resolve("c.pem"), keys.chain()).toString());
        words.put("key", Files.writeString(folder.resolve("k.pem"), keys.key()).toString());
        var text = resource();
        for (var word : words.entrySet()) {
            text = text.replace("${" + word.getKey() + "}", word.getValue());
        }
        assertFalse(text.contains("${"), text);
        istiod = new Istiod(folder, kubernetes.kubeconfig(), text);
        machine = ProxyRuntime.ofMachine(1);
    }

    @AfterEach
    void stop() throws IOException {
        client.close();
        istiod.close();
        machine.close();
        v1.stop(0);
        v2.stop(0);
        db.close();
    }

    @Test
    void aGatewayTakesAllThatIstiodSaysAndDoesIt() throws Exception {
        var gateway =
                proxy(
                        "router",
                        "edge-1",
                        "istio-system",
                        "{\"istio\": \"ingressgateway\"}",
                        "127.0.0.9");
        try {
            accepted(gateway);
            var port = Integer.parseInt(words.get("http"));
            var shares = new TreeMap<String, Integer>();
            for (var i = 0; i < 1000; i++) {
                var answer = get(port, "/v1/models/digits");
                assertEquals(200, answer.status(), answer.body());
                assertEquals(answer.body(), answer.header("x-model-version"));
                shares.merge(answer.body(), 1, Integer::sum);
            }
            // 10 % of 1,000 within the 99.9 % binomial interval
            assertTrue(shares.get("v2") >= 69 && shares.get("v2") <= 132, shares.toString());
            assertEquals(308, get(port, "/old").status());
            assertEquals("hello", get(port, "/direct").body());
            assertEquals(418, get(port, "/fault").status());
            assertEquals("v2", get(port, "/v1/x?a=b", "user-agent: a Chrome").body());
            assertEquals("hello from db", tcp(Integer.parseInt(words.get("tcp"))));
            try (var secure = tls(Integer.parseInt(words.get("https")))) {
                assertEquals("hello", Answer.to(secure, "digits.test", "/direct").body());
            }
        } finally {
            end(gateway);
        }
    }

    @Test
    void aClientsSidecarTakesAllThatIstiodSays() throws Exception {
        var sidecar = proxy("sidecar", "client-1", "shop", "{\"app\": \"client\"}", "127.0.0.8");
        try {
            accepted(sidecar);
            assertEquals("v2", near(Integer.parseInt(words.get("local"))).body());
            assertEquals("hello from db", tcp(Integer.parseInt(words.get("localdb"))));
        } finally {
            end(sidecar);
        }
    }

    @Test
    void aServersSidecarTakesAllThatIstiodSays() throws Exception {
        var sidecar = proxy("sidecar", "digits-1", "shop", "{\"app\": \"digits\"}", "127.0.0.1");
        try {
            accepted(sidecar);
        } finally {
            end(sidecar);
        }
    }

    /// Ready, and nothing was refused.
    private void accepted(Proxy proxy) throws Exception {
        try {
            proxy.ready().get(40, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new AssertionError(said(), e);
        }
        assertFalse(said().contains("not applied"), said());
        var dump = URI.create("http://" + admin(proxy) + "/config_dump");
        var text =
                client.send(
                                HttpRequest.newBuilder(dump).build(),
                                HttpResponse.BodyHandlers.ofString())
                        .body();
        assertFalse(text.contains("error_state"), text);
        assertTrue(text.contains("digits.shop.svc.cluster.local"), text);
    }

    private static String admin(Proxy proxy) {
        var address = proxy.pageAddresses().get("admin");
        return "127.0.0.1:" + address.getPort();
    }

    private String said() {
        return output.toString(StandardCharsets.UTF_8);
    }

    private static Answer near(int port) throws IOException {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return Answer.to(socket, "near.shop.svc.cluster.local:" + port, "/");
        }
    }

    private static Answer get(int port, String path, String... header) throws IOException {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return Answer.to(socket, "digits.test", path, header);
        }
    }

    private static Socket tls(int port) throws Exception {
        var store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        var root = new ByteArrayInputStream(AUTHORITY.pem().getBytes(StandardCharsets.US_ASCII));
        store.setCertificateEntry(
                "root", CertificateFactory.getInstance("X.509").generateCertificate(root));
        var trust = TrustManagerFactory.getInstance("PKIX");
        trust.init(store);
        var context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        var socket =
                (SSLSocket)
                        context.getSocketFactory()
                                .createSocket(InetAddress.getLoopbackAddress(), port);
        var parameters = socket.getSSLParameters();
        parameters.setServerNames(List.of(new SNIHostName("digits.test")));
        socket.setSSLParameters(parameters);
        return socket;
    }

    private static String tcp(int port) throws IOException {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(10_000);
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    /// @param address istiod takes a proxy at the address of an endpoint for that endpoint, with
    ///   its labels
    private Proxy proxy(String type, String pod, String namespace, String labels, String address) {
        var environment =
                Map.of(
                        "POD_NAMESPACE",
                        namespace,
                        "POD_NAME",
                        pod,
                        "INSTANCE_IP",
                        address,
                        "SERVICE_ACCOUNT",
                        "default",
                        "ISTIO_METAJSON_LABELS",
                        labels,
                        "PROXY_CONFIG",
                        "{discoveryAddress: \""
                                + istiod.address()
                                + "\", controlPlaneAuthPolicy: NONE}");
        var asked =
                new ContainerBootstrap(List.of("proxy", type), environment, ContainerFiles.SAME)
                        .read();
        var proxy =
                new Proxy(
                        new ProxyOptions(
                                asked.node(),
                                asked.discovery(),
                                asked.statics(),
                                Ports.FREE,
                                asked.application()),
                        new ProxyPlace(
                                new HostSockets(Transport.best(), 0),
                                InetAddress::getByName,
                                ContainerFiles.SAME,
                                output),
                        machine.runtime());
        proxy.start();
        return proxy;
    }

    private static void end(Proxy proxy) throws Exception {
        proxy.close();
        proxy.ended().get(10, TimeUnit.SECONDS);
    }

    private static HttpServer model(String name) throws IOException {
        var server =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext(
                "/",
                exchange -> {
                    var body = name.getBytes(StandardCharsets.UTF_8);
                    exchange.sendResponseHeaders(200, body.length);
                    exchange.getResponseBody().write(body);
                    exchange.close();
                });
        server.start();
        return server;
    }

    /// Speaks first, as databases do.
    private static ServerSocket greeter() throws IOException {
        var server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread.ofVirtual()
                .start(() -> {
                    while (!server.isClosed()) {
                        try (var socket = server.accept()) {
                            socket.getOutputStream()
                                    .write("hello from db".getBytes(StandardCharsets.UTF_8));
                        } catch (IOException e) {
                            // closed, or the client went
                        }
                    }
                });
        return server;
    }

    private static String resource() throws IOException {
        try (InputStream in = IstiodTest.class.getResourceAsStream("/istio/shop.yaml")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
