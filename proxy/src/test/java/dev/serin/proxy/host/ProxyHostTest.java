package dev.serin.proxy.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.serin.proxy.ControlPlane;
import dev.serin.proxy.ProxyRuntime;
import dev.serin.testkit.NothingLeft;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import java.io.BufferedReader;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

@ExtendWith(NothingLeft.class)
class ProxyHostTest {
    @TempDir private Path folder;
    private final BlockingQueue<String> events = new LinkedBlockingQueue<>();
    private final ProxyRuntime.Machine machine = ProxyRuntime.ofMachine(1);
    private ControlPlane control;
    private ProxyHost host;

    @BeforeEach
    void start() throws Exception {
        control = new ControlPlane();
        host = new ProxyHost(machine.runtime(), null, events::add);
    }

    @AfterEach
    void stop() {
        host.close();
        control.close();
        machine.close();
    }

    @Test
    void startsAndStopsEachByItself() throws Exception {
        host.order(ProxyHostProtocol.encode(order("a", Map.of())));
        assertEquals(new ProxyHostProtocol.Started("a"), next());
        assertEquals(new ProxyHostProtocol.Ready("a"), next());

        host.order(ProxyHostProtocol.encode(order("b", Map.of("POD_NAME", ""))));
        var failed = (ProxyHostProtocol.Ended) next();
        assertEquals("b", failed.id());
        assertEquals(1, failed.code());
        assertTrue(failed.reason().contains("POD_NAME"), failed.reason());
        assertTrue(Files.readString(folder.resolve("b.log")).contains("POD_NAME"));

        host.order("no order at all");
        var netless = order("c", Map.of());
        host.order(
                ProxyHostProtocol.encode(
                        new ProxyHostProtocol.Start(
                                "c",
                                folder.resolve("no-namespace").toString(),
                                netless.args(),
                                netless.environment(),
                                netless.files(),
                                netless.log())));
        var unknown = (ProxyHostProtocol.Ended) next();
        assertTrue(unknown.reason().contains("no-namespace"), unknown.reason());

        host.order(ProxyHostProtocol.encode(order("a", Map.of())));
        assertEquals(
                "a proxy of this id runs already", ((ProxyHostProtocol.Ended) next()).reason());

        host.order(ProxyHostProtocol.encode(new ProxyHostProtocol.Stop("a", 1500)));
        assertEquals(new ProxyHostProtocol.Ended("a", 0, ""), next());
        assertTrue(Files.readString(folder.resolve("a.log")).contains("draining"));
    }

    @Test
    void stopsAllWhenTheOrdersEnd() throws Exception {
        var orders =
                ProxyHostProtocol.encode(order("a", Map.of()))
                        + "\n\n"
                        + ProxyHostProtocol.encode(order("b", Map.of()))
                        + "\n";
        host.run(new BufferedReader(new StringReader(orders)));
        var ended =
                events.stream()
                        .map(ProxyHostProtocol::event)
                        .filter(e -> e instanceof ProxyHostProtocol.Ended)
                        .map(ProxyHostProtocol.Event::id)
                        .sorted()
                        .toList();
        assertEquals(List.of("a", "b"), ended);
    }

    private ProxyHostProtocol.Start order(String id, Map<String, String> changes) {
        var environment =
                new TreeMap<>(
                        Map.of(
                                "POD_NAME", id,
                                "POD_NAMESPACE", "shop",
                                "INSTANCE_IP", "127.0.0.1",
                                "ENVOY_STATUS_PORT", "0",
                                "ENVOY_PROMETHEUS_PORT", "0",
                                "PROXY_CONFIG",
                                        "{\"discoveryAddress\": \"127.0.0.1:"
                                                + control.port()
                                                + "\", \"controlPlaneAuthPolicy\": \"NONE\","
                                                + " \"proxyAdminPort\": 0, \"statusPort\": 0}"));
        environment.putAll(changes);
        return new ProxyHostProtocol.Start(
                id,
                "",
                List.of("proxy", "sidecar"),
                environment,
                Map.of("/var/run/secrets", folder.resolve("secrets").toString()),
                folder.resolve(id + ".log").toString());
    }

    private ProxyHostProtocol.Event next() throws InterruptedException {
        var line = events.poll(20, TimeUnit.SECONDS);
        if (line == null) {
            throw new AssertionError("no event within 20 s");
        }
        return ProxyHostProtocol.event(line);
    }
}
