package dev.serin.proxy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.DefaultHttp2HeadersEncoder;
import io.netty.handler.codec.http2.Http2Exception;

import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/// One end of an HTTP/2 connection for tests, frame by frame; header blocks are Netty's.
final class FrameWire implements AutoCloseable {
    static final int DATA = 0;
    static final int HEADERS = 1;
    static final int PRIORITY = 2;
    static final int RST_STREAM = 3;
    static final int SETTINGS = 4;
    static final int PING = 6;
    static final int GOAWAY = 7;
    static final int WINDOW_UPDATE = 8;
    static final int END_STREAM = 1;
    static final int END_HEADERS = 4;
    private static final String PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

    private final Socket socket;
    private final DataInputStream in;
    private final DefaultHttp2HeadersEncoder encoder = new DefaultHttp2HeadersEncoder();
    private final DefaultHttp2HeadersDecoder decoder =
            new DefaultHttp2HeadersDecoder(false, 1 << 20);

    /// A frame that was read. `fields` is of HEADERS only.
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Frame(int type, int flags, int stream, byte[] payload, Map<String, String> fields) {
        boolean ends() {
            return (type == DATA || type == HEADERS) && (flags & END_STREAM) != 0;
        }

        String text() {
            return new String(payload, StandardCharsets.ISO_8859_1);
        }

        int number(int at) {
            return Unpooled.wrappedBuffer(payload).getInt(at);
        }
    }

    FrameWire(Socket socket) throws IOException {
        this.socket = socket;
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(10_000);
        in = new DataInputStream(new java.io.BufferedInputStream(socket.getInputStream(), 65_536));
    }

    /// A client's end, with the preface and its settings sent.
    static FrameWire to(int port, int... settings) {
        try {
            return over(new Socket(InetAddress.getLoopbackAddress(), port), settings);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /// The same over a connection that is there.
    static FrameWire over(Socket socket, int... settings) throws IOException {
        var wire = new FrameWire(socket);
        wire.raw(PREFACE.getBytes(StandardCharsets.US_ASCII));
        wire.settings(settings);
        return wire;
    }

    /// A server's end, with the client's preface read and its own settings sent.
    static FrameWire of(Origin.Wire wire, int... settings) throws IOException {
        var server = new FrameWire(wire.socket);
        server.in.readFully(new byte[PREFACE.length()]);
        server.settings(settings);
        return server;
    }

    void raw(byte[] octets) throws IOException {
        socket.getOutputStream().write(octets);
    }

    void settings(int... pairs) throws IOException {
        var payload = Unpooled.buffer();
        for (var i = 0; i < pairs.length; i += 2) {
            payload.writeShort(pairs[i]).writeInt(pairs[i + 1]);
        }
        send(SETTINGS, 0, 0, payload);
    }

    void send(int type, int flags, int stream, ByteBuf payload) throws IOException {
        var frame = Unpooled.buffer();
        frame.writeMedium(payload.readableBytes()).writeByte(type).writeByte(flags);
        frame.writeInt(stream).writeBytes(payload);
        var octets = new byte[frame.readableBytes()];
        frame.readBytes(octets);
        raw(octets);
    }

    void number(int type, int stream, int value) throws IOException {
        send(type, 0, stream, Unpooled.buffer().writeInt(value));
    }

    void data(int stream, String text, boolean end) throws IOException {
        send(
                DATA,
                end ? END_STREAM : 0,
                stream,
                Unpooled.copiedBuffer(text, StandardCharsets.ISO_8859_1));
    }

    /// @param fields as `name: value`
    void headers(int stream, boolean end, String... fields) throws IOException {
        var headers = new DefaultHttp2Headers(false);
        for (var field : fields) {
            var colon = field.indexOf(": ");
            headers.add(field.substring(0, colon), field.substring(colon + 2));
        }
        var block = Unpooled.buffer();
        try {
            encoder.encodeHeaders(stream, headers, block);
        } catch (Http2Exception e) {
            throw new IOException(e);
        }
        send(HEADERS, END_HEADERS | (end ? END_STREAM : 0), stream, block);
    }

    void get(int stream, String path, String... more) throws IOException {
        request(stream, true, "GET", path, more);
    }

    void request(int stream, boolean end, String method, String path, String... more)
            throws IOException {
        var fields = new String[4 + more.length];
        fields[0] = ":method: " + method;
        fields[1] = ":scheme: http";
        fields[2] = ":path: " + path;
        fields[3] = ":authority: test";
        System.arraycopy(more, 0, fields, 4, more.length);
        headers(stream, end, fields);
    }

    /// The next frame, whatever it is; null at the end.
    Frame any() throws IOException {
        var head = new byte[9];
        if (in.readNBytes(head, 0, 9) < 9) {
            return null;
        }
        var view = Unpooled.wrappedBuffer(head);
        var payload = new byte[view.readMedium()];
        var type = view.readByte();
        var flags = view.readByte();
        var stream = view.readInt();
        in.readFully(payload);
        Map<String, String> fields = new LinkedHashMap<>();
        if (type == HEADERS) {
            try {
                decoder.decodeHeaders(stream, Unpooled.wrappedBuffer(payload))
                        .forEach(e ->
                                fields.merge(
                                        e.getKey().toString(),
                                        e.getValue().toString(),
                                        (a, b) -> a + "," + b));
            } catch (Http2Exception e) {
                throw new IOException(e);
            }
        }
        return new Frame(type, flags, stream, payload, fields);
    }

    /// The next frame of this type; passes over others, and acknowledges settings.
    Frame next(int type) throws IOException {
        for (var frame = any(); frame != null; frame = any()) {
            if (frame.type() == SETTINGS && frame.flags() == 0) {
                send(SETTINGS, 1, 0, Unpooled.EMPTY_BUFFER);
            }
            if (frame.type() == type) {
                return frame;
            }
        }
        return null;
    }

    /// The next request or response of any stream with its body as one text, on the stream of its
    /// head.
    Whole message() throws IOException {
        var head = next(HEADERS);
        if (head == null) {
            return null;
        }
        var body = new StringBuilder();
        Map<String, String> trailers = Map.of();
        var ended = head.ends();
        while (!ended) {
            var frame = any();
            if (frame == null) {
                throw new IOException("ended in a message");
            }
            if (frame.stream() == head.stream() && frame.type() == DATA) {
                body.append(frame.text());
            } else if (frame.stream() == head.stream() && frame.type() == HEADERS) {
                trailers = frame.fields();
            } else if (frame.stream() == head.stream() && frame.type() == RST_STREAM) {
                return new Whole(head.stream(), head.fields(), body + "|reset", trailers);
            } else {
                continue;
            }
            ended = frame.ends();
        }
        return new Whole(head.stream(), head.fields(), body.toString(), trailers);
    }

    /// A request or response.
    record Whole(int stream, Map<String, String> head, String body, Map<String, String> trailers) {
        String get(String name) {
            return head.get(name);
        }
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
