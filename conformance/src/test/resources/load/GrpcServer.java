import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/// A gRPC server of one file, for a pod: answers each call with its own name and the message. It
/// reads no header fields, so it needs no HPACK; its own are literals.
///
/// `java GrpcServer.java PORT NAME`
public final class GrpcServer {
    private static final int DATA = 0;
    private static final int HEADERS = 1;
    private static final int SETTINGS = 4;
    private static final int PING = 6;
    private static final int WINDOW_UPDATE = 8;
    private static final int END_STREAM = 1;
    private static final int ACK = 1;
    private static final int END_HEADERS = 4;
    private static final byte[] STATUS_200 = {(byte) 0x88};

    private GrpcServer() {}

    public static void main(String[] words) throws IOException {
        try (var server = new ServerSocket(Integer.parseInt(words[0]))) {
            System.out.println("listening");
            while (true) {
                var socket = server.accept();
                Thread.ofVirtual().start(() -> serve(socket, words[1]));
            }
        }
    }

    private static void serve(Socket socket, String name) {
        try (socket) {
            var in = new DataInputStream(socket.getInputStream());
            var out = new DataOutputStream(socket.getOutputStream());
            in.readNBytes(24); // PRI * HTTP/2.0
            send(out, SETTINGS, 0, 0);
            Map<Integer, ByteArrayOutputStream> calls = new HashMap<>();
            while (true) {
                var length = in.readUnsignedShort() << 8 | in.readUnsignedByte();
                var type = in.readUnsignedByte();
                var flags = in.readUnsignedByte();
                var stream = in.readInt();
                var load = in.readNBytes(length);
                if ((type == SETTINGS || type == PING) && (flags & ACK) == 0) {
                    send(out, type, ACK, 0, type == PING ? load : new byte[0]);
                } else if (type == HEADERS || type == DATA) {
                    var call = calls.computeIfAbsent(stream, _ -> new ByteArrayOutputStream());
                    if (type == DATA) {
                        call.write(load);
                        room(out, 0, length);
                    }
                    if ((flags & END_STREAM) != 0) {
                        answer(out, stream, name, calls.remove(stream).toByteArray());
                    }
                }
            }
        } catch (EOFException e) {
            // the client has gone
        } catch (IOException e) {
            System.out.println(e);
        }
    }

    private static void answer(DataOutputStream out, int stream, String name, byte[] asked)
            throws IOException {
        var text = name + ": " + new String(asked, 5, asked.length - 5, StandardCharsets.UTF_8);
        var message = text.getBytes(StandardCharsets.UTF_8);
        send(
                out,
                HEADERS,
                END_HEADERS,
                stream,
                STATUS_200,
                field("content-type", "application/grpc"));
        var length = message.length;
        var prefix =
                new byte[] {
                    0,
                    (byte) (length >> 24),
                    (byte) (length >> 16),
                    (byte) (length >> 8),
                    (byte) length
                };
        send(out, DATA, 0, stream, prefix, message);
        send(out, HEADERS, END_HEADERS | END_STREAM, stream, field("grpc-status", "0"));
    }

    private static byte[] field(String name, String value) {
        var text = name + (char) value.length() + value;
        return ("\0" + (char) name.length() + text).getBytes(StandardCharsets.ISO_8859_1);
    }

    private static void room(DataOutputStream out, int stream, int octets) throws IOException {
        if (octets > 0) {
            var size = new byte[] {0, (byte) (octets >> 16), (byte) (octets >> 8), (byte) octets};
            send(out, WINDOW_UPDATE, 0, stream, size);
        }
    }

    private static void send(DataOutputStream out, int type, int flags, int stream, byte[]... parts)
            throws IOException {
        var load = new ByteArrayOutputStream();
        for (var part : parts) {
            load.write(part);
        }
        var frame = new ByteArrayOutputStream();
        var head = new DataOutputStream(frame);
        head.writeShort(load.size() >> 8);
        head.writeByte(load.size());
        head.writeByte(type);
        head.writeByte(flags);
        head.writeInt(stream);
        load.writeTo(frame);
        out.write(frame.toByteArray());
        out.flush();
    }
}
