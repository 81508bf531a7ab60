package dev.serin.proxy.socket;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.serin.base.ProblemException;
import dev.serin.base.broker.BrokerLink;
import dev.serin.base.broker.SocketBroker;
import dev.serin.testkit.Eventually;
import dev.serin.testkit.NothingLeft;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.LinkedBlockingQueue;

@ExtendWith(NothingLeft.class)
class SocketsTest {
    @TempDir private Path folder;

    @Test
    void ofThisProcess() throws Exception {
        SocketsContract.hold(new HostSockets(Transport.EPOLL, 0), 0);
        SocketsContract.hold(new HostSockets(Transport.NIO, 0), 0);
    }

    @Test
    void fromABroker() throws Exception {
        try (var _ = broker();
                var link = new BrokerLink(folder.resolve("socket"));
                var pool = link.pool("")) {
            SocketsContract.hold(new BrokeredSockets(pool), 0);
        }
    }

    @Test
    void aBrokerThatDiesIsReplacedAndNothingElseFalls() throws Exception {
        try (var link = new BrokerLink(folder.resolve("socket"));
                var pool = link.pool("");
                var contract = new SocketsContract(new BrokeredSockets(pool))) {
            var first = broker();
            var to = contract.echo(InetAddress.ofLiteral("127.0.0.1"));
            var seen = new LinkedBlockingQueue<String>();
            var before = contract.connect(to, seen);
            first.close();
            // Whoever asks waits for the successor.
            var asking =
                    Thread.ofPlatform()
                            .start(() -> {
                                try {
                                    for (int i = 0; i < 50; i++) {
                                        contract.connect(to, seen);
                                    }
                                } catch (Exception e) {
                                    seen.add(e.toString());
                                }
                            });
            try (var _ = broker()) {
                asking.join();
                for (int i = 0; i < 51; i++) {
                    assertEquals("active", seen.take());
                }
                assertTrue(before.isActive());
            }
        }
    }

    @Test
    void withoutABrokerThereIsAWord() {
        try (var link = new BrokerLink(folder.resolve("nobody"));
                var pool = link.pool("shop.web")) {
            var sockets = new BrokeredSockets(pool);
            var failure = assertThrows(ProblemException.class, () -> sockets.newServer(false));
            var words = String.valueOf(failure.getMessage());
            assertTrue(words.contains("nobody") && words.contains("shop.web"), words);
        }
    }

    @Test
    void aNamespaceThatIsNotThereOrIsAPathIsRefused() throws Exception {
        try (var _ = broker();
                var link = new BrokerLink(folder.resolve("socket"));
                var gone = link.pool("gone");
                var path = link.pool("../etc")) {
            var failure =
                    assertThrows(
                            ProblemException.class,
                            () -> new BrokeredSockets(gone).newClient(false));
            assertTrue(String.valueOf(failure.getMessage()).contains("open"), failure.getMessage());
            assertThrows(ProblemException.class, () -> new BrokeredSockets(path).newClient(false));
        }
    }

    @Test
    void whatNobodyTookIsClosed() throws Exception {
        var before = open();
        try (var _ = broker();
                var link = new BrokerLink(folder.resolve("socket"))) {
            for (int i = 0; i < 20; i++) {
                try (var pool = link.pool("")) {
                    var sockets = new BrokeredSockets(pool);
                    for (int j = 0; j < 20; j++) {
                        sockets.newClient(false).unsafe().closeForcibly();
                    }
                }
            }
        }
        // Other tests' threads may have a few.
        Eventually.eventually(Duration.ofSeconds(5), "closed files", () -> open() < before + 20);
    }

    private static long open() {
        try (var files = Files.list(Path.of("/proc/self/fd"))) {
            return files.count();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private SocketBroker broker() throws IOException {
        return new SocketBroker(
                new SocketBroker.Terms(folder.resolve("socket"), folder, 0, true), _ -> {});
    }
}
