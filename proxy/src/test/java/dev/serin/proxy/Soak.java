package dev.serin.proxy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.serin.proxy.SoakedProxy.Count;
import dev.serin.proxy.snapshot.ConfigUpdate;
import dev.serin.testkit.Authority;
import dev.serin.testkit.Eventually;

import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;

import org.junit.jupiter.api.Test;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// Minutes of what a proxy lives through, in a process of its own with the product's options:
/// HTTP/1.1, HTTP/2 and TLS on both sides, clients that break off or hardly read, and a
/// configuration that changes ten times a second. Not part of `verify`: `benchmarks/run soak`
/// starts it.
@SuppressWarnings("StringConcatToTextBlock") // lines on the wire end in CRLF
class Soak {
    private static final int LARGE = 4 * 1024 * 1024;
    private static final Authority MESH = Pki.authority("mesh");
    private static final Authority.Issued SERVER =
            MESH.issue("server", "URI:spiffe://cluster.local/ns/n/sa/server", "DNS:server.test");

    /// As `cli/src/main/dist/run` starts a proxy.
    private static final List<String> OPTIONS =
            List.of(
                    "-Xmx192m",
                    "-Xms24m",
                    "-Xmn16m",
                    "-XX:FreqInlineSize=80",
                    "-XX:InlineSmallCode=800",
                    "-XX:MaxInlineLevel=9",
                    "-XX:+UseSerialGC",
                    "-XX:TrimNativeHeapInterval=2000",
                    "-Dio.netty.leakDetection.level=disabled",
                    "--enable-native-access=ALL-UNNAMED",
                    "--sun-misc-unsafe-memory-access=allow");

    private final int plain = Origin.free();
    private final int secure = Origin.free();
    private final SoakClients clients =
            new SoakClients(plain, secure, Pki.context(MESH.pem(), null));
    private final List<Origin> origins =
            List.of(Origin.answering("ok"), Origin.answering("ok"), large());
    private long changes;
    private Process process;
    private BufferedReader answers;

    @Test
    void endsWithWhatItBeganWith() throws Exception {
        var seconds = Integer.getInteger("soak.seconds", 45);
        try (var control = new ControlPlane()) {
            configure(control, 0);
            control.set(ConfigUpdate.LISTENER, "main", listener("main", plain, "round"));
            control.set(ConfigUpdate.LISTENER, "secure", listener("secure", secure, "round"));
            start(control.port());
            live(control, seconds / 2);
            var before = count("begin");
            var rss = rss();
            live(control, seconds - seconds / 2);
            var after = count("end");
            System.out.println(
                    "soak seconds="
                            + seconds
                            + " requests="
                            + clients.requests
                            + " failed="
                            + clients.failures.values().stream().mapToInt(n -> n).sum()
                            + " resets="
                            + clients.resets
                            + " changes="
                            + changes
                            + " rss_begin_kb="
                            + rss
                            + " rss_end_kb="
                            + rss());
            assertEquals(
                    Map.of(), clients.failures, "requests of well-behaved clients that failed");
            assertTrue(after.fds() <= before.fds(), "descriptors");
            assertTrue(after.live() <= before.live(), "live things: " + ask("live"));
            assertTrue(after.timers() <= before.timers() + 1, "timers");
            assertTrue(after.buffers() <= before.buffers(), "buffers");
            assertTrue(after.heap() <= before.heap() * 1.05 + 1_000_000, "heap");
            assertTrue(rss() <= rss * 1.05 + 6144, "resident memory");
        } finally {
            process.destroy();
            process.waitFor();
            origins.forEach(Origin::close);
        }
    }

    private static Origin large() {
        return new Origin(wire -> {
            var part = new byte[64 * 1024];
            while (wire.request() != null) {
                wire.write("HTTP/1.1 200 OK\r\ncontent-length: " + LARGE + "\r\n\r\n");
                for (var i = 0; i < LARGE; i += part.length) {
                    wire.out.write(part);
                }
            }
        });
    }

    private void start(int control) throws IOException {
        var command = new ArrayList<String>();
        command.add(ProcessHandle.current().info().command().orElseThrow());
        command.addAll(OPTIONS);
        command.addAll(
                List.of("-cp", System.getProperty("java.class.path"), SoakedProxy.class.getName()));
        command.add(Integer.toString(control));
        var builder = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
        builder.environment().put("MALLOC_ARENA_MAX", "1");
        process = builder.start();
        answers = process.inputReader();
        assertEquals("ready", answers.readLine());
    }

    // ---- configuration

    private static Listener listener(String name, int port, String round) {
        var listener =
                name.equals("main")
                        ? Rig.http().toBuilder()
                        : TlsPathTest.listener(
                                name,
                                "common_tls_context: {alpn_protocols: [h2, http/1.1],"
                                        + " tls_certificates: ["
                                        + Pki.certificate(SERVER)
                                        + "]}")
                                .toBuilder();
        listener.getAddressBuilder().getSocketAddressBuilder().setPortValue(port);
        listener.getFilterChainsBuilder(0).setName(round);
        return listener.build();
    }

    private void configure(ControlPlane control, int round) {
        var name = "c" + round % 3;
        var inner =
                Yaml.cluster(
                        """
                        name: inner
                        type: STATIC
                        connect_timeout: 5s
                        typed_extension_protocol_options:
                          envoy.extensions.upstreams.http.v3.HttpProtocolOptions:
                            "@type": type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions
                            explicit_http_config: {http2_protocol_options: {}}
                        load_assignment:
                          cluster_name: x
                          endpoints:
                          - lb_endpoints:
                            - endpoint: {address: {socket_address: {address: 127.0.0.1, port_value: %d}}}
                        """
                                .formatted(secure));
        control.set(ConfigUpdate.CLUSTER, "large", Rig.cluster("large", origins.get(2).port()));
        control.set(
                ConfigUpdate.CLUSTER,
                "inner",
                inner.toBuilder()
                        .setTransportSocket(
                                Yaml.socket(
                                        "envoy.transport_sockets.tls",
                                        "UpstreamTlsContext",
                                        "sni: server.test, common_tls_context: {alpn_protocols:"
                                                + " [h2], validation_context: {trusted_ca: "
                                                + Pki.inline(MESH.pem())
                                                + "}}"))
                        .build());
        control.set(ConfigUpdate.CLUSTER, name, Rig.cluster(name, origins.get(round % 2).port()));
        control.set(ConfigUpdate.ROUTE, "routes", routes("inner", name));
    }

    private void live(ControlPlane control, int seconds) throws InterruptedException, IOException {
        var until = System.nanoTime() + Duration.ofSeconds(seconds).toNanos();
        clients.start();
        for (var round = 1; System.nanoTime() < until; round++) {
            configure(control, round);
            if (round % 20 == 0) { // another name: the old chains drain
                var name = "round" + round;
                control.set(ConfigUpdate.LISTENER, "main", listener("main", plain, name));
                control.set(ConfigUpdate.LISTENER, "secure", listener("secure", secure, name));
            }
            control.remove(ConfigUpdate.CLUSTER, "c" + (round + 1) % 3);
            control.requests.clear();
            changes++;
            SoakClients.pause(100);
            if (round % 100 == 0) {
                System.out.println("soak rss_kb=" + rss() + " requests=" + clients.requests);
            }
        }
        clients.stop();
        configure(control, 0);
        // whose connections are clients', too
        control.set(ConfigUpdate.ROUTE, "routes", routes("large", "c0"));
        control.remove(ConfigUpdate.CLUSTER, "inner");
    }

    private static RouteConfiguration routes(String inner, String rest) {
        return Rig.routes(
                "- match: {prefix: /large}\n  route: {cluster: large}\n"
                        + "- match: {prefix: /inner}\n"
                        + "  route: {cluster: "
                        + inner
                        // as a mesh has it: a connection to a listener that drains may end at any
                        // time
                        + ", prefix_rewrite: /, retry_policy: {num_retries: 3,"
                        + " retry_on: \"reset,connect-failure,refused-stream\"}}\n"
                        + "- match: {prefix: /}\n  route: {cluster: "
                        + rest
                        + "}\n");
    }

    // ---- what it holds

    private String ask(String order) {
        try {
            process.outputWriter().write(order + "\n");
            process.outputWriter().flush();
            return answers.readLine();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// At rest: no client, and no connection to a host.
    private Count count(String when) throws IOException {
        var count =
                Eventually.poll(
                        Duration.ofSeconds(60),
                        () -> {
                            origins.forEach(Origin::hangUp);
                            return now();
                        },
                        now -> now.connections() == 0 && now.buffers() < 64 * 1024);
        assertEquals(0, count.connections(), () -> count + " " + ask("live"));
        System.out.println("soak " + when + " " + count + " rss_kb=" + rss());
        return count;
    }

    private Count now() {
        return Count.of(ask("count"));
    }

    private long rss() throws IOException {
        return Files.readAllLines(Path.of("/proc/" + process.pid() + "/status")).stream()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")))
                .findFirst()
                .orElse(0);
    }
}
