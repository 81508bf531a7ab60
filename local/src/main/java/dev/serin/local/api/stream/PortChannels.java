package dev.serin.local.api.stream;

import dev.serin.local.api.Refusal;
import dev.serin.local.api.wire.Exchange;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;

/// Connections to the ports that a WebSocket's query names, one each, as fabric8's client asks: the
/// nth has stream 2n for its octets and 2n + 1 for what goes wrong.
final class PortChannels {
    private static final String PROTOCOL = "v4.channel.k8s.io";
    private static final int PIECE = 32 * 1024;

    private final Forwarding.Ports ports;

    PortChannels(Forwarding.Ports ports) {
        this.ports = ports;
    }

    static boolean isAsked(Exchange exchange) {
        var request = exchange.request();
        return request.wantsWebSocket()
                && request.header("sec-websocket-protocol").contains(PROTOCOL);
    }

    void run(Exchange exchange) throws IOException, InterruptedException {
        var wanted = new ArrayList<Integer>();
        for (var text : exchange.request().parameters("ports")) {
            if (!text.matches("\\d{1,5}")) {
                throw Refusal.badRequest("unable to parse port \"" + text + "\"");
            }
            wanted.add(Integer.parseInt(text));
        }
        var streams = new SocketStreams(exchange.webSocket(PROTOCOL), PROTOCOL);
        var sockets = new SocketChannel[wanted.size()];
        try {
            for (var n = 0; n < sockets.length; n++) {
                var port = wanted.get(n);
                // By the protocol each stream begins with its port, little end first.
                var number = new byte[] {port.byteValue(), (byte) (port >> 8)};
                streams.write(2 * n, number);
                streams.write(2 * n + 1, number);
                sockets[n] = open(streams, n, port);
            }
            carry(streams, sockets);
        } finally {
            for (var socket : sockets) {
                if (socket != null) {
                    socket.close();
                }
            }
        }
    }

    private SocketChannel open(SocketStreams streams, int n, int port)
            throws IOException, InterruptedException {
        try {
            var socket = ports.connect(port);
            Thread.ofVirtual().name("forward-" + port).start(() -> read(socket, streams, n));
            return socket;
        } catch (IOException e) {
            var text = "error forwarding port " + port + ": " + e.getMessage();
            streams.write(2 * n + 1, text.getBytes(StandardCharsets.UTF_8));
            streams.close();
            throw e;
        }
    }

    private static void carry(SocketStreams streams, SocketChannel[] sockets)
            throws IOException, InterruptedException {
        for (var part = streams.receive(); part != null; part = streams.receive()) {
            if (part.stream() % 2 == 0 && part.stream() / 2 < sockets.length) {
                var octets = ByteBuffer.wrap(part.octets());
                while (octets.hasRemaining()) {
                    sockets[part.stream() / 2].write(octets);
                }
            }
        }
    }

    private static void read(SocketChannel socket, SocketStreams streams, int n) {
        var piece = ByteBuffer.allocate(PIECE);
        try {
            while (socket.read(piece) >= 0) {
                streams.write(2 * n, Arrays.copyOf(piece.array(), piece.position()));
                piece.clear();
            }
            streams.close();
        } catch (IOException e) {
            // One of the two has gone.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
