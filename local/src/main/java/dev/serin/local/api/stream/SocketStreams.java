package dev.serin.local.api.stream;

import dev.serin.local.api.wire.Messages;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.util.Arrays;

/// Streams of a WebSocket: the first octet of each message is the stream's number. As Kubernetes'
/// `v4.channel.k8s.io` and `v5.channel.k8s.io`, which adds the end of a stream: 255 and its number.
final class SocketStreams implements Streams {
    private static final int END = 255;

    private final Messages socket;
    private final boolean ends;

    /// @param protocol the one agreed on
    SocketStreams(Messages socket, String protocol) {
        this.socket = socket;
        this.ends = protocol.startsWith("v5.");
    }

    @Override
    public @Nullable Part receive() throws InterruptedException {
        for (var message = socket.receive(); message != null; message = socket.receive()) {
            if (message.length == 0) {
                continue;
            }
            var stream = message[0] & 0xff;
            if (ends && stream == END && message.length > 1) {
                return new Part(message[1] & 0xff, new byte[0], true);
            }
            return new Part(stream, Arrays.copyOfRange(message, 1, message.length), false);
        }
        return null;
    }

    @Override
    public void write(int stream, byte[] octets) throws IOException, InterruptedException {
        var message = new byte[octets.length + 1];
        message[0] = (byte) stream;
        System.arraycopy(octets, 0, message, 1, octets.length);
        socket.send(message);
    }

    @Override
    public void close() throws IOException, InterruptedException {
        socket.close();
    }
}
