package dev.serin.local.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.serin.base.chance.Draws;
import dev.serin.base.time.Ticker;
import dev.serin.local.api.wire.Sockets;
import dev.serin.testkit.NothingLeft;

import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.ContainerResource;
import io.fabric8.kubernetes.client.jdkhttp.JdkHttpClientFactory;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/// Commands and ports over the API's own wire, with processes of this machine for containers.
/// kubectl's ways, by SPDY too, are in conformance.
@ExtendWith(NothingLeft.class)
class StreamsTest {
    @TempDir Path folder;
    private LocalApi api;
    private KubernetesClient client;
    private TestKeys keys;
    private int port;

    @BeforeEach
    void open() throws Exception {
        keys = TestKeys.make(folder, "ip:127.0.0.1");
        api =
                new LocalApi(
                        new LocalApi.Options(
                                folder,
                                Ticker.system(),
                                Draws.system(),
                                "10.96.0.0/16",
                                "",
                                PodLogs.NONE,
                                new OfMachine(),
                                Usage.NONE,
                                ServiceUrls.NONE,
                                Throwable::printStackTrace));
        port =
                api.start(
                                Sockets.ofMachine(),
                                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                                keys.server(),
                                "secret")
                        .getPort();
        var kubeconfig =
                new Kubeconfig("test", "https://127.0.0.1:" + port, keys.certificate(), "secret");
        client =
                new KubernetesClientBuilder()
                        .withConfig(Config.fromKubeconfig(kubeconfig.text()))
                        .withHttpClientFactory(new JdkHttpClientFactory())
                        .build();
        client.pods()
                .inNamespace("default")
                .resource(
                        new PodBuilder()
                                .withNewMetadata()
                                .withName("p")
                                .endMetadata()
                                .withNewSpec()
                                .withNodeName("machine")
                                .addNewContainer()
                                .withName("c")
                                .withImage("i")
                                .endContainer()
                                .endSpec()
                                .build())
                .create();
    }

    @AfterEach
    void close() {
        client.close();
        api.close();
    }

    /// Not waited for: nothing runs it.
    private ContainerResource pod() {
        return client.pods().inNamespace("default").withName("p").withReadyWaitTimeout(0);
    }

    @Test
    void aCommandsOutputErrorsAndCodeComeBack() throws Exception {
        var out = new ByteArrayOutputStream();
        var err = new ByteArrayOutputStream();
        try (var watch =
                pod().writingOutput(out)
                        .writingError(err)
                        .exec("sh", "-c", "echo out; echo err >&2; exit 3")) {
            assertEquals(3, watch.exitCode().get(10, TimeUnit.SECONDS));
        }
        assertEquals("out\n", out.toString(StandardCharsets.UTF_8));
        assertEquals("err\n", err.toString(StandardCharsets.UTF_8));
    }

    @Test
    void theEndOfTheInputReachesTheCommand() throws Exception {
        var heard = new LinkedBlockingQueue<String>();
        try (var http = HttpClient.newBuilder().sslContext(keys.trusting()).build()) {
            var socket =
                    http.newWebSocketBuilder()
                            .header("Authorization", "Bearer secret")
                            .subprotocols("v5.channel.k8s.io")
                            .buildAsync(
                                    URI.create(
                                            "wss://127.0.0.1:"
                                                    + port
                                                    + "/api/v1/namespaces/default/pods/p/exec"
                                                    + "?command=wc&command=-c&stdin=true&stdout=true"),
                                    new Heard(heard))
                            .get(10, TimeUnit.SECONDS);
            assertEquals("v5.channel.k8s.io", socket.getSubprotocol());
            var big = new byte[100_001];
            big[0] = 0;
            socket.sendBinary(ByteBuffer.wrap(big), true).get(10, TimeUnit.SECONDS);
            socket.sendBinary(ByteBuffer.wrap(new byte[] {(byte) 255, 0}), true)
                    .get(10, TimeUnit.SECONDS);
            assertEquals("1:100000\n", heard.poll(10, TimeUnit.SECONDS));
            assertEquals(
                    "3:{\"metadata\":{},\"status\":\"Success\"}", heard.poll(10, TimeUnit.SECONDS));
            assertEquals("closed 1000", heard.poll(10, TimeUnit.SECONDS));
        }
    }

    @Test
    void aClientThatGoesEndsItsCommand() throws Exception {
        var started = new LinkedBlockingQueue<Process>();
        OfMachine.started = started::add;
        var watch = pod().writingOutput(new ByteArrayOutputStream()).exec("sleep", "1000");
        var process = started.poll(10, TimeUnit.SECONDS);
        watch.close();
        assertTrue(process.waitFor(10, TimeUnit.SECONDS));
    }

    @Test
    void aPortOfThePodIsReachedAndAClosedOneIsAnError() throws Exception {
        try (var echo = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
                var forward =
                        client.pods()
                                .inNamespace("default")
                                .withName("p")
                                .portForward(echo.getLocalPort())) {
            Thread.ofVirtual().start(() -> echo(echo));
            for (var turn = 0; turn < 2; turn++) {
                try (var socket =
                        new Socket(InetAddress.getLoopbackAddress(), forward.getLocalPort())) {
                    var message = new byte[200_000];
                    message[199_999] = 7;
                    socket.getOutputStream().write(message);
                    var back = socket.getInputStream().readNBytes(message.length);
                    assertEquals(7, back[199_999]);
                }
            }
        }
    }

    @Test
    void whatIsNoUpgradeOrNoContainerIsRefusedInWords() {
        var wrong =
                assertThrows(
                        KubernetesClientException.class,
                        () ->
                                client.raw(
                                        "/api/v1/namespaces/default/pods/p/exec?command=ls&container=zz"));
        assertTrue(
                wrong.getMessage().contains("container zz is not valid for pod p"),
                wrong::getMessage);
        var plain =
                assertThrows(
                        KubernetesClientException.class,
                        () -> client.raw("/api/v1/namespaces/default/pods/p/portforward"));
        assertTrue(plain.getMessage().contains("Upgrade request required"), plain::getMessage);
    }

    private static void echo(ServerSocket server) {
        try {
            while (true) {
                var socket = server.accept();
                Thread.ofVirtual()
                        .start(() -> {
                            try (socket) {
                                socket.getInputStream().transferTo(socket.getOutputStream());
                            } catch (IOException e) {
                                // The other end has gone.
                            }
                        });
            }
        } catch (IOException e) {
            // Closed by the test.
        }
    }

    /// Every container is this machine.
    private static final class OfMachine implements PodStreams {
        private static java.util.function.Consumer<Process> started = _ -> {};

        @Override
        public Session exec(String namespace, String pod, String container, Wanted wanted)
                throws IOException {
            var process = new ProcessBuilder(wanted.command()).start();
            started.accept(process);
            return new Running(process);
        }

        @Override
        public SocketChannel connect(String namespace, String pod, int port) throws IOException {
            return SocketChannel.open(
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        }
    }

    private record Running(Process process) implements ProcessSession {}

    private record Heard(LinkedBlockingQueue<String> heard) implements WebSocket.Listener {
        @Override
        public CompletionStage<?> onBinary(WebSocket socket, ByteBuffer data, boolean last) {
            var channel = data.get();
            heard.add(channel + ":" + StandardCharsets.UTF_8.decode(data));
            socket.request(1);
            return CompletableFuture.completedStage(null);
        }

        @Override
        public CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
            heard.add("closed " + code);
            return CompletableFuture.completedStage(null);
        }
    }
}
