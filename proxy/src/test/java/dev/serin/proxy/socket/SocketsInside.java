package dev.serin.proxy.socket;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.serin.base.ProblemException;
import dev.serin.base.broker.BrokerLink;
import dev.serin.base.broker.SocketBroker;
import dev.serin.base.net.NetworkNamespace;
import dev.serin.proxy.host.ProxyHost;
import dev.serin.testkit.Child;

import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/// Runs inside a network of its own, with the namespaces `a` and `b` in it.
final class SocketsInside {
    private static final Path NAMESPACES = Path.of("/run/netns");
    private static final Path RUN = Path.of("/run");
    private static final int COUNT = 5000;

    private SocketsInside() {}

    public static void main(String[] arguments) {
        Child.ended(SocketsInside::run);
    }

    private static void run() throws Exception {
        sh(
                """
                mount -t tmpfs tmpfs /run
                for n in a b; do ip netns add $n; ip -n $n link set lo up; done
                ip link set lo up
                """);
        try (var entered = new NetworkNamespace(NAMESPACES.resolve("a"));
                var _ = broker("named", true);
                var link = new BrokerLink(RUN.resolve("named"));
                var a = link.pool("a");
                var b = link.pool("b")) {
            var straight = new NamespaceSockets(entered, Transport.EPOLL, ProxyHost.MARK);
            SocketsContract.hold(straight, ProxyHost.MARK);
            SocketsContract.hold(new BrokeredSockets(a), ProxyHost.MARK);
            SocketsContract.hold(new BrokeredSockets(b), ProxyHost.MARK);
            speed("entered", straight);
            speed("brokered", new BrokeredSockets(a));
            ownOnly();
        }
    }

    /// Whoever may not name a namespace gets sockets of its own, which is `/proc/PID/ns/net`.
    private static void ownOnly() throws Exception {
        try (var _ = broker("own", false);
                var link = new BrokerLink(RUN.resolve("own"));
                var own = link.pool("");
                var other = link.pool("a")) {
            SocketsContract.hold(new BrokeredSockets(own), ProxyHost.MARK);
            var refused =
                    assertThrows(
                            ProblemException.class,
                            () -> new BrokeredSockets(other).newClient(false));
            assertTrue(String.valueOf(refused.getMessage()).contains("naming"));
        }
    }

    private static void speed(String name, Sockets sockets) {
        for (int round = 0; round < 3; round++) {
            var begun = System.nanoTime();
            for (int i = 0; i < COUNT; i++) {
                sockets.newClient(false).unsafe().closeForcibly();
            }
            var micros = (System.nanoTime() - begun) / 1000;
            System.out.println(name + ": " + micros / COUNT + " µs a socket");
        }
    }

    private static SocketBroker broker(String socket, boolean named) throws Exception {
        return new SocketBroker(
                new SocketBroker.Terms(RUN.resolve(socket), NAMESPACES, ProxyHost.MARK, named),
                System.err::println);
    }

    private static void sh(String script) throws Exception {
        var process = new ProcessBuilder("sh", "-ec", script).inheritIO().start();
        assertTrue(process.waitFor(20, TimeUnit.SECONDS), script);
        assertEquals(0, process.exitValue(), script);
    }
}
