package dev.serin.proxy.http.codec;

import dev.serin.proxy.http.HttpProtocol;
import dev.serin.proxy.stream.TlsFacts;

import io.netty.channel.ChannelHandler;

import org.jspecify.annotations.Nullable;

/// A connection to a host, as its pool sees it, whatever version of HTTP it speaks. Event loop
/// only.
public interface HostConnection {
    /// Who keeps the connection between streams.
    interface Keeper {
        /// There is room for streams again, or for the first time.
        void room(HostConnection connection);

        /// The connection is gone, and with it what was left of its room.
        void closed(HostConnection connection);
    }

    /// Begins a stream, which is written next; only while there is [#room()].
    RequestWriter open(ResponseReader reader);

    /// How many streams may be opened now.
    int room();

    /// Streams that are open.
    int active();

    /// Streams so far.
    int requests();

    /// By the ticker, when the last stream ended.
    long idleSince();

    /// Closes it at once.
    void close();

    /// Closes it with its last stream; there is no room from now on.
    void drain();

    /// Puts a handler before it, which sees all that is read and written, without TLS.
    void watch(ChannelHandler handler);

    /// What is spoken on it.
    HttpProtocol protocol();

    /// Null without TLS.
    @Nullable TlsFacts tls();

    /// It never came to be connected.
    void discard();
}
