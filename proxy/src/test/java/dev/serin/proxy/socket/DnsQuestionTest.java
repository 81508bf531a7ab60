package dev.serin.proxy.socket;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;

class DnsQuestionTest {
    private final DnsQuestion question =
            new DnsQuestion(DnsQuestionTest::socket, bound -> 4711 % bound);

    @Test
    void findsTheAddressBehindAnAlias() throws Exception {
        try (var server = new Server(true)) {
            var found =
                    question.ask("istiod.istio-system.svc", List.of("127.0.0.1"), server.port());
            assertEquals(InetAddress.ofLiteral("10.96.0.7"), found);
            assertEquals("istiod.istio-system.svc", server.asked);
        }
    }

    @Test
    void tellsANameThatDoesNotExistFromAServerThatFails() throws Exception {
        try (var server = new Server(false)) {
            assertNull(question.ask("nobody", List.of("127.0.0.1"), server.port()));
        }
        assertThrows(IOException.class, () -> question.ask("nobody", List.of()));
    }

    private static DatagramSocket socket() {
        try {
            return new DatagramSocket();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Answers one question.
    private static final class Server implements AutoCloseable {
        private final DatagramSocket socket;
        private final Thread thread;
        private volatile String asked = "";

        Server(boolean known) throws IOException {
            socket = new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            thread = Thread.ofPlatform().start(() -> answer(known));
        }

        int port() {
            return socket.getLocalPort();
        }

        private void answer(boolean known) {
            try {
                var packet = new DatagramPacket(new byte[512], 512);
                socket.receive(packet);
                var in = ByteBuffer.wrap(packet.getData(), 0, packet.getLength());
                var number = in.getShort();
                in.position(12);
                var name = new StringBuilder();
                for (var length = in.get(); length != 0; length = in.get()) {
                    var label = new byte[length];
                    in.get(label);
                    name.append(name.isEmpty() ? "" : ".")
                            .append(new String(label, StandardCharsets.US_ASCII));
                }
                asked = name.toString();
                var questionEnd = in.position() + 4;
                var out = ByteBuffer.allocate(512);
                out.putShort(number).putShort((short) (known ? 0x8180 : 0x8183));
                out.putShort((short) 1).putShort((short) (known ? 2 : 0)).putInt(0);
                out.put(packet.getData(), 12, questionEnd - 12);
                if (known) {
                    // An alias first, then the address, both by a pointer to the question's name.
                    out.putShort((short) 0xc00c).putShort((short) 5).putShort((short) 1);
                    out.putInt(5).putShort((short) 2).putShort((short) 0xc00c);
                    out.putShort((short) 0xc00c).putShort((short) 1).putShort((short) 1);
                    out.putInt(5).putShort((short) 4).put(new byte[] {10, 96, 0, 7});
                }
                socket.send(
                        new DatagramPacket(out.array(), out.position(), packet.getSocketAddress()));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public void close() {
            try {
                thread.join();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            socket.close();
        }
    }
}
