package dev.serin.proxy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.serin.base.chance.Draws;
import dev.serin.proxy.Origin.Wire;
import dev.serin.proxy.stream.ConnectionEnd;
import dev.serin.testkit.Child;

import io.envoyproxy.envoy.config.listener.v3.Listener;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.TimeUnit;

/// Runs inside a network of its own: clients have the addresses 10.9.9.1 and fd00::1, whose
/// connections are redirected to the proxy; applications have 10.9.9.9 and fd00::9.
final class RedirectedInside {
    private static final String ADDRESSES =
            """
            ip link set lo up
            for a in 1 9; do
                ip addr add 10.9.9.$a/32 dev lo
                ip addr add fd00::$a/128 dev lo nodad
            done
            """;
    private static final String RULES =
            """
            nft -f - <<END
            table inet serin {
              chain out {
                type nat hook output priority -100;
                ip saddr 10.9.9.1 tcp dport 1-65535 redirect to :FOUR
                ip6 saddr fd00::1 tcp dport 1-65535 redirect to :SIX
              }
            }
            END
            """;
    private static final String PASSTHROUGH =
            """
            name: passthrough
            type: ORIGINAL_DST
            lb_policy: CLUSTER_PROVIDED
            connect_timeout: 1s
            """;

    private final Rig rig = new Rig(Draws.system());

    private RedirectedInside() {}

    public static void main(String[] arguments) {
        Child.ended(() -> {
            sh(ADDRESSES);
            new RedirectedInside().run();
        });
    }

    private static void sh(String script) throws IOException, InterruptedException {
        var process = new ProcessBuilder("sh", "-ec", script).inheritIO().start();
        assertTrue(process.waitFor(20, TimeUnit.SECONDS), script);
        assertEquals(0, process.exitValue(), script);
    }

    private static Listener catching(String name, String address) {
        return at(name, address, 0, "passthrough").toBuilder()
                .setUseOriginalDst(com.google.protobuf.BoolValue.of(true))
                .build();
    }

    private static Listener at(String name, String address, int port, String cluster) {
        var listener = TlsTcpTest.tcp(name, cluster).toBuilder();
        listener.getAddressBuilder()
                .getSocketAddressBuilder()
                .setAddress(address)
                .setPortValue(port);
        return listener.build();
    }

    private static Listener unbound(String name, String address, int port, String cluster) {
        return at(name, address, port, cluster).toBuilder()
                .setBindToPort(com.google.protobuf.BoolValue.of(false))
                .build();
    }

    private void run() throws Exception {
        try (rig;
                var four = application("10.9.9.9");
                var six = application("fd00::9");
                var other =
                        new Origin(wire -> {
                            wire.write("other");
                            wire.socket.shutdownOutput();
                        })) {
            assertEquals(
                    "[]",
                    rig.apply(
                                    Yaml.cluster(PASSTHROUGH),
                                    Rig.cluster("other", other.port()),
                                    catching("four", "127.0.0.1"),
                                    catching("six", "::1"),
                                    unbound("exact", "10.9.9.9", 7001, "other"),
                                    unbound("any", "0.0.0.0", 7002, "other"))
                            .toString());
            sh(RULES.replace("FOUR", "" + rig.port("four")).replace("SIX", "" + rig.port("six")));

            // where no listener is for the address, the catching one passes it on as it was meant
            var port = four.getLocalPort();
            assertEquals("application", ask("10.9.9.1", "10.9.9.9", port));
            var end = end();
            assertEquals("four", end.downstream().listener());
            assertEquals("10.9.9.9:" + port, text(end.downstream().local()));
            assertEquals("10.9.9.9:" + port, text(end.upstream().host()));
            assertEquals("10.9.9.1", end.downstream().remote().getAddress().getHostAddress());

            assertEquals("application", ask("fd00::1", "fd00::9", six.getLocalPort()));
            end = end();
            assertEquals("six", end.downstream().listener());
            assertEquals(InetAddress.getByName("fd00::9"), end.downstream().local().getAddress());

            // the listener of that address and port, then that of the port
            assertEquals("other", ask("10.9.9.1", "10.9.9.9", 7001));
            assertEquals("exact", end().downstream().listener());
            assertEquals("other", ask("10.9.9.1", "10.9.9.9", 7002));
            assertEquals("any", end().downstream().listener());

            // where nobody listens, the client is told by the end of its connection
            assertEquals("", ask("10.9.9.1", "10.9.9.9", 7003));
            end();

            // who is not redirected speaks with the application itself
            assertEquals("application", ask("10.9.9.9", "10.9.9.9", port));
            assertEquals(0, rig.log.connections.size());
        }
    }

    private static String text(InetSocketAddress address) {
        return address.getAddress().getHostAddress() + ":" + address.getPort();
    }

    private ConnectionEnd end() throws InterruptedException {
        var end = rig.log.connections.poll(10, TimeUnit.SECONDS);
        if (end == null) {
            throw new AssertionError("no connection has ended");
        }
        return end;
    }

    private static String ask(String from, String to, int port) throws IOException {
        try (var socket = new Socket()) {
            socket.setSoTimeout(10_000);
            socket.bind(new InetSocketAddress(from, 0));
            socket.connect(new InetSocketAddress(to, port), 5_000);
            try (var wire = new Wire(socket)) {
                return new String(wire.in.readAllBytes(), UTF_8);
            }
        }
    }

    /// Speaks first.
    private static ServerSocket application(String address) throws IOException {
        var server = new ServerSocket(0, 50, InetAddress.getByName(address));
        Thread.ofVirtual()
                .start(() -> {
                    while (!server.isClosed()) {
                        try (var socket = server.accept()) {
                            socket.getOutputStream().write("application".getBytes(UTF_8));
                        } catch (IOException e) {
                            // closed, or the client went
                        }
                    }
                });
        return server;
    }
}
