package dev.serin.local.node.probe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;

import dev.serin.testkit.Authority;

import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ServerCalls;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import tools.jackson.databind.json.JsonMapper;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/// Each kind of probe against a real server.
class ProbeTest {
    private final List<Runnable> ends = new ArrayList<>();

    @AfterEach
    void end() {
        ends.forEach(Runnable::run);
    }

    @Test
    void httpSendsItsHeadersAndJudgesTheStatus() throws IOException {
        var seen = new CopyOnWriteArrayList<String>();
        var server =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext(
                "/",
                exchange -> {
                    var headers = exchange.getRequestHeaders();
                    seen.add(
                            exchange.getRequestURI()
                                    + " "
                                    + headers.getFirst("Host")
                                    + " "
                                    + headers.getFirst("X-One")
                                    + " "
                                    + headers.getFirst("User-Agent"));
                    var path = exchange.getRequestURI().getPath();
                    exchange.sendResponseHeaders(Integer.parseInt(path.substring(1)), -1);
                    exchange.close();
                });
        server.start();
        ends.add(() -> server.stop(0));
        var port = server.getAddress().getPort();
        assertNull(
                ask(
                        "{'httpGet': {'path': '302?a=b', 'port': %d, 'httpHeaders':".formatted(port)
                                + " [{'name': 'Host', 'value': 'me'}, {'name': 'X-One', 'value':"
                                + " '1'}]}}"));
        assertEquals(List.of("/302?a=b me 1 kube-probe/1.34"), seen);
        assertEquals(
                "HTTP probe failed with statuscode: 503",
                ask("{'httpGet': {'path': '/503', 'port': %d}}".formatted(port)));
        assertNull(
                Probe.of(
                                JsonMapper.shared()
                                        .readTree(
                                                "{\"p\": {\"httpGet\": {\"host\": \"127.0.0.1\","
                                                    + " \"path\": \"/200\", \"port\": \"web\"}},"
                                                    + " \"ports\": [{\"name\": \"web\","
                                                        + " \"containerPort\": %d}]}"
                                                                .formatted(port)),
                                "p",
                                "192.0.2.1")
                        .run((_, _) -> "no"));
    }

    @Test
    void nobodyThereAndNoAnswerAreSaidInGosWords() throws IOException {
        var closed = closedPort();
        assertEquals(
                "Get \"http://127.0.0.1:%d/\": dial tcp 127.0.0.1:%d: connect: connection refused"
                        .formatted(closed, closed),
                ask("{'httpGet': {'port': %d}}".formatted(closed)));
        assertEquals(
                "dial tcp 127.0.0.1:%d: connect: connection refused".formatted(closed),
                ask("{'tcpSocket': {'port': %d}}".formatted(closed)));
        var grpc = ask("{'grpc': {'port': %d}}".formatted(closed));
        assertTrue(text(grpc).startsWith("timeout: failed to connect service"), grpc);
        try (var silent = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            var port = silent.getLocalPort();
            assertNull(ask("{'tcpSocket': {'port': %d}}".formatted(port)));
            assertEquals(
                    "Get \"http://127.0.0.1:%d/x\": context deadline exceeded (Client.Timeout"
                                    .formatted(port)
                            + " exceeded while awaiting headers)",
                    ask("{'httpGet': {'path': '/x', 'port': %d}}".formatted(port)));
        }
    }

    @Test
    void grpcAsksTheHealthService() throws IOException {
        var server = health();
        var port = server.getPort();
        assertNull(ask("{'grpc': {'port': %d}}".formatted(port)));
        assertNull(ask("{'grpc': {'port': %d, 'service': 'fine'}}".formatted(port)));
        assertEquals(
                "service unhealthy (responded with \"NOT_SERVING\")",
                ask("{'grpc': {'port': %d, 'service': 'down'}}".formatted(port)));
        var other =
                NettyServerBuilder.forAddress(
                                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                        .build();
        other.start();
        ends.add(other::shutdownNow);
        var answer = ask("{'grpc': {'port': %d}}".formatted(other.getPort()));
        assertTrue(text(answer).contains("does not implement the grpc health protocol"), answer);
    }

    @Test
    void graceIsTheProbesOwnOrThePods() {
        var pod = Duration.ofSeconds(30);
        assertEquals(pod, probe("{}").grace(pod));
        assertEquals(
                Duration.ofSeconds(1), probe("{'terminationGracePeriodSeconds': 1}").grace(pod));
    }

    private Server health() throws IOException {
        var check =
                MethodDescriptor.newBuilder(new Texts(), new Texts())
                        .setType(MethodDescriptor.MethodType.UNARY)
                        .setFullMethodName("grpc.health.v1.Health/Check")
                        .build();
        var service =
                ServerServiceDefinition.builder("grpc.health.v1.Health")
                        .addMethod(
                                check,
                                ServerCalls.asyncUnaryCall((request, answer) -> {
                                    // One field each: a text, and a number.
                                    answer.onNext(request.endsWith("down") ? "\b\2" : "\b\1");
                                    answer.onCompleted();
                                }))
                        .build();
        var server =
                NettyServerBuilder.forAddress(
                                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                        .addService(service)
                        .build();
        server.start();
        ends.add(server::shutdownNow);
        return server;
    }

    private static int closedPort() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static String text(@Nullable String text) {
        assertNotNull(text);
        return text == null ? "" : text;
    }

    @Test
    void httpsTakesAnyCertificateAndNeedsTls() throws Exception {
        var server =
                HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(keys(new Authority("nobody's"))));
        server.createContext(
                "/",
                exchange -> {
                    var path = exchange.getRequestURI().getPath();
                    exchange.sendResponseHeaders(Integer.parseInt(path.substring(1)), -1);
                    exchange.close();
                });
        server.start();
        ends.add(() -> server.stop(0));
        var port = server.getAddress().getPort();
        var spec = "{'httpGet': {'path': '/%d', 'port': %d, 'scheme': '%s'}}";
        assertNull(ask(spec.formatted(200, port, "HTTPS")));
        assertEquals(
                "HTTP probe failed with statuscode: 500", ask(spec.formatted(500, port, "HTTPS")));
        assertNotNull(ask(spec.formatted(200, port, "HTTP")));
    }

    private static SSLContext keys(Authority authority) throws Exception {
        var issued = authority.issue("probed", "DNS:probed.test");
        var chain =
                CertificateFactory.getInstance("X.509")
                        .generateCertificates(
                                new ByteArrayInputStream(
                                        issued.chain().getBytes(StandardCharsets.US_ASCII)));
        var key = Base64.getMimeDecoder().decode(issued.key().replaceAll("-----[A-Z ]+-----", ""));
        var store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setKeyEntry(
                "probed",
                KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(key)),
                new char[0],
                chain.toArray(Certificate[]::new));
        var managers = KeyManagerFactory.getInstance("PKIX");
        managers.init(store, new char[0]);
        var context = SSLContext.getInstance("TLS");
        context.init(managers.getKeyManagers(), null, null);
        return context;
    }

    private static @Nullable String ask(String spec) {
        return probe(spec).run((_, _) -> "no exec");
    }

    private static Probe probe(String spec) {
        var json = JsonMapper.shared().createObjectNode();
        json.set("p", JsonMapper.shared().readTree(spec.replace('\'', '"')));
        var probe = Probe.of(json, "p", "127.0.0.1");
        if (probe == null) {
            throw new AssertionError(spec);
        }
        return probe;
    }

    private static final class Texts implements MethodDescriptor.Marshaller<String> {
        @Override
        public InputStream stream(String value) {
            return new ByteArrayInputStream(value.getBytes(StandardCharsets.UTF_8));
        }

        @Override
        public String parse(InputStream stream) {
            try {
                return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
