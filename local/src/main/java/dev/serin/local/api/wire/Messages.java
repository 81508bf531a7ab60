package dev.serin.local.api.wire;

import io.netty.channel.Channel;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.LinkedBlockingQueue;

/// Octets both ways on a connection that is HTTP no more. Calls block; what comes in is read only
/// as fast as it is taken.
public abstract class Messages {
    private static final int HIGH = 64;

    private final LinkedBlockingQueue<Optional<byte[]>> arrived = new LinkedBlockingQueue<>();
    private final Channel channel;

    Messages(Channel channel) {
        this.channel = channel;
    }

    /// The next message, null when there are no more.
    public byte @Nullable [] receive() throws InterruptedException {
        var message = arrived.take();
        if (arrived.size() < HIGH / 2 && !channel.config().isAutoRead()) {
            channel.config().setAutoRead(true);
        }
        if (message.isEmpty()) {
            arrived.add(message); // for whoever asks again
        }
        return message.orElse(null);
    }

    public abstract void send(byte[] message) throws IOException, InterruptedException;

    /// Says the end and closes the connection.
    public abstract void close() throws IOException, InterruptedException;

    /// Event loop.
    void arrived(byte[] message) {
        arrived.add(Optional.of(message));
        if (arrived.size() >= HIGH) {
            channel.config().setAutoRead(false);
        }
    }

    /// Event loop.
    void ended() {
        arrived.add(Optional.empty());
    }

    Channel channel() {
        return channel;
    }
}
