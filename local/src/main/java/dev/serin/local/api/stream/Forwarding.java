package dev.serin.local.api.stream;

import dev.serin.local.api.Refusal;
import dev.serin.local.api.wire.Exchange;
import dev.serin.local.api.wire.Messages;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/// Connections to a pod's ports over the connection that asked for them: `kubectl port-forward`.
/// For each the client opens two SPDY streams, `data` and `error`, bound together by `requestid`.
public final class Forwarding {
    private static final String PROTOCOL = "portforward.k8s.io";
    private static final int PIECE = 32 * 1024;
    private static final int HELD = 64;

    private final Ports ports;
    private final Map<String, Pair> pairs = new HashMap<>();
    private final Map<Integer, Input> inputs = new HashMap<>();

    /// Makes connections into the pod.
    public interface Ports {
        SocketChannel connect(int port) throws IOException;
    }

    /// What the client has written and the pod not yet taken; holds the client back when it is
    /// full.
    private static final class Input {
        private final LinkedBlockingQueue<Optional<byte[]>> waiting =
                new LinkedBlockingQueue<>(HELD);
        private volatile boolean closed;

        /// @param octets empty for the end
        void put(Optional<byte[]> octets) throws InterruptedException {
            while (!closed && !waiting.offer(octets, 100, TimeUnit.MILLISECONDS)) {
                // Until the pod takes some, or nobody will any more.
            }
        }

        Optional<byte[]> take() throws InterruptedException {
            return waiting.take();
        }

        void close() {
            closed = true;
        }
    }

    /// @param data and `error`, the streams' ids; 0 until opened
    private record Pair(int data, int error, int port) {}

    public Forwarding(Ports ports) {
        this.ports = ports;
    }

    /// Serves until the client goes.
    ///
    /// @throws Refusal 400 if the client speaks none of the ways
    public void run(Exchange exchange) throws IOException, InterruptedException {
        if (PortChannels.isAsked(exchange)) {
            new PortChannels(ports).run(exchange);
            return;
        }
        serve(new SpdyLink(carrier(exchange)));
    }

    private static Messages carrier(Exchange exchange) throws IOException, InterruptedException {
        var request = exchange.request();
        if (Execution.isSpdy(exchange)) {
            return exchange.upgrade("SPDY/3.1", "X-Stream-Protocol-Version", PROTOCOL);
        }
        var tunnel = "SPDY/3.1+" + PROTOCOL;
        if (request.wantsWebSocket() && request.header("sec-websocket-protocol").contains(tunnel)) {
            return exchange.webSocket(tunnel);
        }
        throw Refusal.badRequest(
                "unable to upgrade: port forwarding is SPDY/3.1, bare or as the WebSocket protocol "
                        + tunnel);
    }

    private void serve(SpdyLink link) throws IOException, InterruptedException {
        try {
            for (var event = link.receive(); event != null; event = link.receive()) {
                switch (event) {
                    case SpdyLink.Event.Opened(int stream, var headers) ->
                            opened(link, stream, headers);
                    case SpdyLink.Event.Wrote(int stream, byte[] octets, boolean end) -> {
                        give(stream, octets);
                        if (end) {
                            end(stream);
                        }
                    }
                    case SpdyLink.Event.Reset(int stream) -> end(stream);
                }
            }
        } finally {
            for (var input : inputs.values()) {
                input.put(Optional.empty());
            }
        }
    }

    private void give(int stream, byte[] octets) throws InterruptedException {
        var input = inputs.get(stream);
        if (input != null) {
            input.put(Optional.of(octets));
        }
    }

    private void end(int stream) throws InterruptedException {
        var input = inputs.remove(stream);
        if (input != null) {
            input.put(Optional.empty());
        }
    }

    private void opened(SpdyLink link, int stream, Map<String, String> headers) {
        var id = headers.getOrDefault("requestid", "");
        var port = port(headers.getOrDefault("port", ""));
        var known = pairs.getOrDefault(id, new Pair(0, 0, port));
        var pair =
                headers.getOrDefault("streamtype", "").equals("error")
                        ? new Pair(known.data, stream, port)
                        : new Pair(stream, known.error, port);
        if (pair.data == 0 || pair.error == 0) {
            pairs.put(id, pair);
            return;
        }
        pairs.remove(id);
        var input = new Input();
        inputs.put(pair.data, input);
        Thread.ofVirtual().name("forward-" + port).start(() -> connect(link, pair, input));
    }

    private static int port(String text) {
        return text.matches("\\d{1,5}") ? Integer.parseInt(text) : 0;
    }

    private void connect(SpdyLink link, Pair pair, Input input) {
        try (var socket = ports.connect(pair.port)) {
            var writer = Thread.ofVirtual().name("forward-in").start(() -> write(socket, input));
            read(socket, link, pair.data);
            input.close();
            link.end(pair.error);
            link.end(pair.data);
            writer.interrupt();
        } catch (IOException | Refusal e) {
            input.close();
            say(link, pair, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void read(SocketChannel socket, SpdyLink link, int stream)
            throws IOException, InterruptedException {
        var piece = ByteBuffer.allocate(PIECE);
        while (socket.read(piece) >= 0) {
            link.write(stream, Arrays.copyOf(piece.array(), piece.position()));
            piece.clear();
        }
    }

    private static void write(SocketChannel socket, Input input) {
        try {
            for (var octets = input.take(); octets.isPresent(); octets = input.take()) {
                var piece = ByteBuffer.wrap(octets.get());
                while (piece.hasRemaining()) {
                    socket.write(piece);
                }
            }
            socket.shutdownOutput();
        } catch (IOException e) {
            // The pod has closed; whoever reads from it sees that too.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void say(SpdyLink link, Pair pair, Exception cause) {
        var text = "error forwarding port " + pair.port + ": " + reason(cause);
        try {
            link.write(pair.error, text.getBytes(StandardCharsets.UTF_8));
            link.end(pair.error);
            link.end(pair.data);
        } catch (IOException e) {
            // The client has gone as well.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static String reason(Exception cause) {
        return String.valueOf(cause.getMessage());
    }
}
