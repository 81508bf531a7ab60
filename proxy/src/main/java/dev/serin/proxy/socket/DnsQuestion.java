package dev.serin.proxy.socket;

import dev.serin.base.chance.Draw;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;

/// Asks DNS servers for the IPv4 address of a name, over UDP. Blocks for a few seconds at most.
///
/// @param sockets makes the socket, in the network namespace that the servers are reached from
/// @param id draws the number of each question
public record DnsQuestion(Supplier<DatagramSocket> sockets, Draw id) {
    private static final int TIMEOUT_MILLIS = 1000;
    private static final int TRIES = 2;
    private static final int PORT = 53;
    private static final int A = 1;
    private static final int NO_SUCH_NAME = 3;

    /// The address, or null if the name does not exist.
    ///
    /// @throws IOException if no server answers usably
    public @Nullable InetAddress ask(String name, List<String> servers) throws IOException {
        return ask(name, servers, PORT);
    }

    @Nullable InetAddress ask(String name, List<String> servers, int port) throws IOException {
        var number = id.below(1 << 16);
        var question = question(number, name);
        var failure = new IOException("no name server is configured");
        try (var socket = sockets.get()) {
            socket.setSoTimeout(TIMEOUT_MILLIS);
            for (var turn = 0; turn < TRIES; turn++) {
                for (var server : servers) {
                    try {
                        socket.connect(InetAddress.ofLiteral(server), port);
                        socket.send(new DatagramPacket(question, question.length));
                        return answer(socket, number);
                    } catch (SocketTimeoutException e) {
                        failure = new IOException("name server " + server + " did not answer", e);
                    } catch (IOException e) {
                        failure =
                                new IOException("name server " + server + ": " + e.getMessage(), e);
                    }
                }
            }
        }
        throw failure;
    }

    private static byte[] question(int number, String name) {
        var out = ByteBuffer.allocate(name.length() + 20);
        // One question, recursion wanted.
        out.putShort((short) number).putShort((short) 0x0100).putShort((short) 1);
        out.putShort((short) 0).putShort((short) 0).putShort((short) 0);
        for (var label : name.split("\\.")) {
            var bytes = label.getBytes(StandardCharsets.US_ASCII);
            out.put((byte) bytes.length).put(bytes);
        }
        out.put((byte) 0).putShort((short) A).putShort((short) 1);
        return Arrays.copyOf(out.array(), out.position());
    }

    private static @Nullable InetAddress answer(DatagramSocket socket, int number)
            throws IOException {
        var packet = new DatagramPacket(new byte[4096], 4096);
        do {
            socket.receive(packet);
        } while (packet.getLength() < 12 || numberOf(packet) != number);
        var in = ByteBuffer.wrap(packet.getData(), 0, packet.getLength());
        try {
            return read(in.position(2));
        } catch (RuntimeException e) {
            throw new IOException("an answer that is no DNS message", e);
        }
    }

    private static int numberOf(DatagramPacket packet) {
        return ByteBuffer.wrap(packet.getData()).getShort() & 0xffff;
    }

    private static @Nullable InetAddress read(ByteBuffer in) throws IOException {
        var code = in.getShort() & 0xf;
        var questions = in.getShort();
        var answers = in.getShort();
        in.position(12);
        for (var i = 0; i < questions; i++) {
            skipName(in);
            in.position(in.position() + 4);
        }
        for (var i = 0; i < answers; i++) {
            skipName(in);
            var type = in.getShort();
            in.position(in.position() + 6);
            var data = new byte[in.getShort() & 0xffff];
            in.get(data);
            if (type == A && data.length == 4) {
                return InetAddress.getByAddress(data);
            }
        }
        if (code != 0 && code != NO_SUCH_NAME) {
            throw new IOException("answered with code " + code);
        }
        return null;
    }

    private static void skipName(ByteBuffer in) {
        for (var length = in.get() & 0xff; length != 0; length = in.get() & 0xff) {
            if (length >= 0xc0) {
                in.get();
                return;
            }
            in.position(in.position() + length);
        }
    }
}
