package dev.serin.conformance.differential.client;

import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.DefaultHttp2HeadersEncoder;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;

import java.io.DataInputStream;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;

/// One HTTP/2 connection, frame by frame, for what no proper client does. A frame is a line:
///
///     settings 4=100          the first one goes with the preface
///     get 1 /x a=b            a request without a body, on stream 1
///     post 1 /x               one with a body; `connect 1 host:1` and `upgrade 1 /x websocket` too
///     data 1 text   end 1   trailers 1 a=b   reset 1   ping   goaway
///     priority 1   window 1 100
///     await 1                 until the answer's head is there; `pause 100ms`; `100x ping`
///     mute                    answers no PING from here on
///     show                    tells the proxy's settings
final class FramesClient {
    private static final String PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
    private static final byte[] LAST = {1, 2, 3, 4, 5, 6, 7, 8};
    private static final int DATA = 0;
    private static final int HEADERS = 1;
    private static final int RST_STREAM = 3;
    private static final int SETTINGS = 4;
    private static final int PING = 6;
    private static final int GOAWAY = 7;
    private static final int WINDOW_UPDATE = 8;

    private final Socket socket;
    private final DataInputStream in;
    private final DefaultHttp2HeadersEncoder encoder = new DefaultHttp2HeadersEncoder();
    private final DefaultHttp2HeadersDecoder decoder =
            new DefaultHttp2HeadersDecoder(false, 1 << 20);
    private final Map<String, String> facts = new TreeMap<>();
    private final Map<Integer, String> streams = new TreeMap<>();
    private final Set<Integer> open = new HashSet<>();
    private final Set<Integer> answered = new HashSet<>();
    private boolean mute;
    private boolean over;
    private boolean show;

    private FramesClient(Socket socket) throws IOException {
        this.socket = socket;
        this.in = new DataInputStream(socket.getInputStream());
    }

    static List<Outcome> ask(Ask ask, int port) throws IOException {
        try (var socket = Sockets.open(ask, port)) {
            return List.of(new FramesClient(socket).run(ask));
        }
    }

    private Outcome run(Ask ask) {
        String end;
        try {
            end = play(ask);
        } catch (SocketTimeoutException e) {
            end = "nothing for 10 s";
        } catch (IOException e) {
            end = "closed"; // or reset, where octets crossed the end
        }
        streams.forEach((stream, came) -> facts.put("stream " + stream, came.strip()));
        facts.put("end", end);
        return new Outcome(facts);
    }

    private String play(Ask ask) throws IOException {
        var lines = ask.frames();
        var own = !lines.isEmpty() && lines.getFirst().startsWith("settings");
        socket.getOutputStream().write(PREFACE.getBytes(StandardCharsets.US_ASCII));
        if (!own) {
            send(SETTINGS, 0, 0, new byte[0]);
        }
        for (var line : lines) {
            var times = line.matches("[0-9]+x .*") ? line.substring(0, line.indexOf('x')) : "1";
            var words = (times.equals("1") ? line : line.split(" ", 2)[1]).split(" ");
            for (var i = 0; i < Integer.parseInt(times); i++) {
                play(words);
            }
        }
        while (ask.flags().closes() || !open.isEmpty()) {
            if (!read()) {
                return "closed";
            }
        }
        send(PING, 0, 0, LAST); // when it is answered all that was sent before has come
        while (!over) {
            if (!read()) {
                return "closed";
            }
        }
        return "open";
    }

    private void play(String[] words) throws IOException {
        var stream =
                words.length > 1 && words[1].matches("[0-9]+") ? Integer.parseInt(words[1]) : 0;
        switch (words[0]) {
            case "settings" -> settings(words);
            case "get", "post", "connect", "upgrade" -> request(words, stream);
            case "data" -> send(DATA, 0, stream, text(words.length > 2 ? words[2] : ""));
            case "end" -> send(DATA, 1, stream, new byte[0]);
            case "trailers" -> send(HEADERS, 5, stream, block(fields(words, 2)));
            case "reset" -> {
                send(RST_STREAM, 0, stream, new byte[] {0, 0, 0, 8});
                open.remove(stream);
            }
            case "ping" -> send(PING, 0, 0, new byte[8]);
            case "goaway" -> send(GOAWAY, 0, 0, new byte[8]);
            case "priority" -> send(2, 0, stream, new byte[] {0, 0, 0, 0, 16});
            case "window" -> send(WINDOW_UPDATE, 0, stream, int32(Integer.parseInt(words[2])));
            case "await" -> {
                while (!answered.contains(stream) && open.contains(stream)) {
                    if (!read()) {
                        throw new IOException("closed");
                    }
                }
            }
            case "pause" ->
                    LockSupport.parkNanos(
                            Duration.ofMillis(Long.parseLong(words[1].replace("ms", "")))
                                    .toNanos());
            case "mute" -> mute = true;
            case "show" -> show = true;
            default -> throw new IllegalArgumentException("no frame: " + String.join(" ", words));
        }
    }

    private void settings(String[] words) throws IOException {
        var payload = Unpooled.buffer();
        for (var i = 1; i < words.length; i++) {
            var pair = words[i].split("=");
            payload.writeShort(Integer.parseInt(pair[0])).writeInt(Integer.parseInt(pair[1]));
        }
        var octets = new byte[payload.readableBytes()];
        payload.readBytes(octets);
        send(SETTINGS, 0, 0, octets);
    }

    private void request(String[] words, int stream) throws IOException {
        var headers = new DefaultHttp2Headers(false);
        var connect = words[0].equals("connect");
        var upgrade = words[0].equals("upgrade");
        headers.add(":method", connect || upgrade ? "CONNECT" : words[0].toUpperCase(Locale.ROOT));
        headers.add(":authority", connect ? words[2] : "test");
        if (!connect) {
            headers.add(":scheme", "http");
            headers.add(":path", words[2]);
        }
        if (upgrade) {
            headers.add(":protocol", words[3]);
        }
        var more = fields(words, upgrade ? 4 : 3);
        more.forEach(f -> headers.add(f.getKey(), f.getValue()));
        open.add(stream);
        send(HEADERS, words[0].equals("get") ? 5 : 4, stream, block(headers));
    }

    private static DefaultHttp2Headers fields(String[] words, int from) {
        var headers = new DefaultHttp2Headers(false);
        for (var i = from; i < words.length; i++) {
            var pair = words[i].split("=", 2);
            headers.add(pair[0], pair[1]);
        }
        return headers;
    }

    private byte[] block(DefaultHttp2Headers headers) throws IOException {
        var out = Unpooled.buffer();
        try {
            encoder.encodeHeaders(3, headers, out);
        } catch (Http2Exception e) {
            throw new IOException(e);
        }
        var octets = new byte[out.readableBytes()];
        out.readBytes(octets);
        return octets;
    }

    private void send(int type, int flags, int stream, byte[] payload) throws IOException {
        var head = Unpooled.buffer().writeMedium(payload.length).writeByte(type).writeByte(flags);
        head.writeInt(stream).writeBytes(payload);
        socket.getOutputStream().write(head.array(), 0, head.readableBytes());
    }

    private static byte[] text(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    private static byte[] int32(int value) {
        return new byte[] {
            (byte) (value >> 24), (byte) (value >> 16), (byte) (value >> 8), (byte) value
        };
    }

    // ---- what comes

    /// Reads one frame; false at the end.
    private boolean read() throws IOException {
        var first = in.read();
        if (first < 0) {
            return false;
        }
        var length = first << 16 | in.readUnsignedShort();
        var type = in.readUnsignedByte();
        var flags = in.readUnsignedByte();
        var stream = in.readInt() & Integer.MAX_VALUE;
        var payload = Unpooled.wrappedBuffer(in.readNBytes(length));
        switch (type) {
            case HEADERS -> {
                try {
                    var fields = decoder.decodeHeaders(stream, payload);
                    answered.add(stream);
                    came(stream, fields.status() == null ? "trailers" : "" + fields.status());
                } catch (Http2Exception e) {
                    throw new IOException(e);
                }
            }
            case DATA -> {
                came(stream, payload.toString(StandardCharsets.ISO_8859_1).strip());
                if (length > 0) {
                    send(WINDOW_UPDATE, 0, stream, int32(length));
                    send(WINDOW_UPDATE, 0, 0, int32(length));
                }
            }
            case RST_STREAM -> {
                came(stream, "reset " + Http2Error.valueOf(payload.getInt(0)));
                open.remove(stream);
            }
            case SETTINGS -> settings(flags, length, payload);
            case PING -> {
                if ((flags & 1) == 0 && !mute) {
                    send(PING, 1, 0, payload.array());
                }
                over = java.util.Arrays.equals(payload.array(), LAST);
                if (!over) {
                    facts.put((flags & 1) == 0 ? "pings" : "pongs", "came");
                }
            }
            case GOAWAY ->
                    facts.merge(
                            "goaway",
                            (payload.getInt(0) & Integer.MAX_VALUE)
                                    + " "
                                    + Http2Error.valueOf(payload.getInt(4)),
                            (before, now) -> before + ", " + now);
            default -> {}
        }
        if ((type == HEADERS || type == DATA) && (flags & 1) != 0) {
            came(stream, "end");
            open.remove(stream);
        }
        return true;
    }

    private void came(int stream, String what) {
        streams.merge(stream, what, (before, now) -> now.isEmpty() ? before : before + " " + now);
    }

    private void settings(int flags, int length, io.netty.buffer.ByteBuf payload)
            throws IOException {
        if ((flags & 1) != 0) {
            return;
        }
        for (var at = 0; at < length && show; at += 6) {
            var value = Integer.toUnsignedString(payload.getInt(at + 2));
            facts.put("setting " + payload.getUnsignedShort(at), value);
        }
        send(SETTINGS, 1, 0, new byte[0]);
    }
}
