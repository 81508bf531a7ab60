package dev.serin.local.api.stream;

import dev.serin.local.api.PodStreams.Session;
import dev.serin.local.api.Refusal;
import dev.serin.local.api.wire.Exchange;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/// A command whose input and output go over the connection that asked for it: `kubectl exec`. The
/// streams that a client wants it names in the query.
public final class Execution {
    private static final List<String> SOCKET = List.of("v5.channel.k8s.io", "v4.channel.k8s.io");
    private static final String SPDY = "v4.channel.k8s.io";
    private static final int PIECE = 16 * 1024;
    private static final Duration LAST_WORDS = Duration.ofSeconds(10);

    private final Exchange exchange;

    public Execution(Exchange exchange) {
        this.exchange = exchange;
    }

    /// Whether the request can be answered by streams at all.
    public static boolean isUpgrade(Exchange exchange) {
        return exchange.request().wantsWebSocket() || isSpdy(exchange);
    }

    static boolean isSpdy(Exchange exchange) {
        return exchange.request().header("upgrade").toLowerCase(Locale.ROOT).equals("spdy/3.1");
    }

    /// Carries the session to its end, on the calling thread and two of its own.
    public void run(Session session) throws IOException, InterruptedException {
        try {
            var streams = open();
            if (streams != null) {
                carry(session, streams);
            }
        } finally {
            session.kill();
        }
    }

    /// Writes a stream of text, as of a running container, until it ends.
    public void show(Text text) throws IOException, InterruptedException {
        var streams = open();
        if (streams == null) {
            return;
        }
        try {
            text.write(new Output(streams));
            streams.write(Streams.ERROR, status(0));
        } catch (Refusal e) {
            streams.write(
                    Streams.STDERR,
                    String.valueOf(e.getMessage()).getBytes(StandardCharsets.UTF_8));
            streams.write(Streams.ERROR, status(1));
        }
        streams.close();
    }

    /// What writes the text.
    public interface Text {
        void write(OutputStream out) throws IOException;
    }

    private static final class Output extends OutputStream {
        private final Streams streams;

        Output(Streams streams) {
            this.streams = streams;
        }

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] octets, int from, int length) throws IOException {
            try {
                streams.write(Streams.STDOUT, Arrays.copyOfRange(octets, from, from + length));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new InterruptedIOException("the client has gone");
            }
        }
    }

    private @Nullable Streams open() throws IOException, InterruptedException {
        var request = exchange.request();
        if (request.wantsWebSocket()) {
            var offered = request.header("sec-websocket-protocol");
            var protocol = SOCKET.stream().filter(offered::contains).findFirst().orElse("");
            var streams = new SocketStreams(exchange.webSocket(protocol), protocol);
            if (!protocol.startsWith("v5.")) {
                // As the real kubelet: an empty message, by which clients see that it has begun.
                // One of v5 needs none, and complains if it comes before its own streams are made.
                streams.write(Streams.STDOUT, new byte[0]);
            }
            return streams;
        }
        var socket = exchange.upgrade("SPDY/3.1", "X-Stream-Protocol-Version", SPDY);
        var tty = request.isTrue("tty");
        var expected =
                1
                        + (request.isTrue("stdin") ? 1 : 0)
                        + (request.isTrue("stdout") ? 1 : 0)
                        + (request.isTrue("stderr") && !tty ? 1 : 0)
                        + (tty ? 1 : 0);
        return SpdyStreams.open(new SpdyLink(socket), expected);
    }

    private void carry(Session session, Streams streams) throws IOException, InterruptedException {
        var output = pump("exec-out", session.output(), Streams.STDOUT, streams);
        var errors = pump("exec-err", session.errors(), Streams.STDERR, streams);
        var input = Thread.ofVirtual().name("exec-in").start(() -> read(session, streams));
        if (!exchange.request().isTrue("stdin")) {
            session.input().close();
        }
        var code = session.await();
        // What it left running may keep its output open.
        output.join(LAST_WORDS);
        errors.join(LAST_WORDS);
        streams.write(Streams.ERROR, status(code));
        streams.close();
        input.interrupt();
    }

    private static Thread pump(String name, InputStream from, int stream, Streams streams) {
        return Thread.ofVirtual()
                .name(name)
                .start(() -> {
                    var piece = new byte[PIECE];
                    try {
                        for (var n = from.read(piece); n >= 0; n = from.read(piece)) {
                            streams.write(stream, Arrays.copyOf(piece, n));
                        }
                    } catch (IOException e) {
                        // The client has gone, or the command was ended for it.
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                });
    }

    private static void read(Session session, Streams streams) {
        try {
            for (var part = streams.receive(); part != null; part = streams.receive()) {
                switch (part.stream()) {
                    case Streams.STDIN -> {
                        session.input().write(part.octets());
                        session.input().flush();
                        if (part.end()) {
                            session.input().close();
                        }
                    }
                    case Streams.RESIZE -> resize(session, part.octets());
                    default -> {}
                }
            }
            session.kill();
        } catch (IOException e) {
            // The command takes no more input.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void resize(Session session, byte[] octets) {
        if (octets.length > 0) {
            var size = JsonMapper.shared().readTree(octets);
            session.resize(size.path("Width").asInt(80), size.path("Height").asInt(24));
        }
    }

    private static byte[] status(int code) {
        ObjectNode status = JsonNodeFactory.instance.objectNode();
        status.putObject("metadata");
        status.put("status", code == 0 ? "Success" : "Failure");
        if (code != 0) {
            status.put(
                    "message", "command terminated with non-zero exit code: exit status " + code);
            status.put("reason", "NonZeroExitCode");
            status.putObject("details")
                    .putArray("causes")
                    .addObject()
                    .put("reason", "ExitCode")
                    .put("message", Integer.toString(code));
        }
        return status.toString().getBytes(StandardCharsets.UTF_8);
    }
}
