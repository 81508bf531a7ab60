package dev.serin.local.api.stream;

import dev.serin.local.api.wire.Messages;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.spdy.DefaultSpdyDataFrame;
import io.netty.handler.codec.spdy.DefaultSpdyPingFrame;
import io.netty.handler.codec.spdy.DefaultSpdySynReplyFrame;
import io.netty.handler.codec.spdy.SpdyDataFrame;
import io.netty.handler.codec.spdy.SpdyFrame;
import io.netty.handler.codec.spdy.SpdyFrameCodec;
import io.netty.handler.codec.spdy.SpdyPingFrame;
import io.netty.handler.codec.spdy.SpdyRstStreamFrame;
import io.netty.handler.codec.spdy.SpdySynStreamFrame;
import io.netty.handler.codec.spdy.SpdyVersion;
import io.netty.util.ReferenceCountUtil;

import org.jspecify.annotations.Nullable;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;

/// The server's end of a SPDY/3.1 connection, over whatever carries its octets. Streams are opened
/// by the client only. Windows are not kept, as client-go keeps none. One thread receives; any
/// thread may write.
final class SpdyLink {
    private static final int PIECE = 32 * 1024;

    private final Messages carrier;
    private final EmbeddedChannel in =
            new EmbeddedChannel(new SpdyFrameCodec(SpdyVersion.SPDY_3_1));
    private final EmbeddedChannel out =
            new EmbeddedChannel(new SpdyFrameCodec(SpdyVersion.SPDY_3_1));
    private final ReentrantLock writing = new ReentrantLock();

    SpdyLink(Messages carrier) {
        this.carrier = carrier;
    }

    /// What the client does.
    sealed interface Event {
        /// @param headers names in lower case
        record Opened(int stream, Map<String, String> headers) implements Event {}

        /// @param end the client writes no more to this stream
        @SuppressWarnings("ArrayRecordComponent") // never compared
        record Wrote(int stream, byte[] octets, boolean end) implements Event {}

        record Reset(int stream) implements Event {}
    }

    /// The next event; null when the client has gone.
    ///
    /// @throws IOException if what comes is not SPDY
    @Nullable Event receive() throws IOException, InterruptedException {
        while (true) {
            Object frame = in.readInbound();
            if (frame == null) {
                var octets = carrier.receive();
                if (octets == null) {
                    in.finishAndReleaseAll();
                    return null;
                }
                in.writeInbound(Unpooled.wrappedBuffer(octets));
                continue;
            }
            var event = event(frame);
            if (event != null) {
                return event;
            }
        }
    }

    private @Nullable Event event(Object frame) throws IOException, InterruptedException {
        try {
            return switch (frame) {
                case SpdySynStreamFrame opened -> {
                    var headers = new HashMap<String, String>();
                    for (var header : opened.headers()) {
                        headers.put(
                                header.getKey().toString().toLowerCase(Locale.ROOT),
                                header.getValue().toString());
                    }
                    // Netty leaves out a block without headers, which client-go takes for an error.
                    var reply = new DefaultSpdySynReplyFrame(opened.streamId());
                    reply.headers().set("status", "200");
                    send(reply);
                    yield new Event.Opened(opened.streamId(), headers);
                }
                case SpdyDataFrame data ->
                        new Event.Wrote(
                                data.streamId(),
                                ByteBufUtil.getBytes(data.content()),
                                data.isLast());
                case SpdyRstStreamFrame reset -> new Event.Reset(reset.streamId());
                case SpdyPingFrame ping -> {
                    send(new DefaultSpdyPingFrame(ping.id()));
                    yield null;
                }
                default -> null;
            };
        } finally {
            ReferenceCountUtil.release(frame);
        }
    }

    void write(int stream, byte[] octets) throws IOException, InterruptedException {
        for (var from = 0; from < octets.length; from += PIECE) {
            var size = Math.min(PIECE, octets.length - from);
            send(new DefaultSpdyDataFrame(stream, Unpooled.wrappedBuffer(octets, from, size)));
        }
    }

    /// Nothing more will be written to this stream.
    void end(int stream) throws IOException, InterruptedException {
        send(new DefaultSpdyDataFrame(stream).setLast(true));
    }

    void close() throws IOException, InterruptedException {
        carrier.close();
    }

    private void send(SpdyFrame frame) throws IOException, InterruptedException {
        writing.lock();
        try {
            out.writeOutbound(frame);
            var octets = new ByteArrayOutputStream();
            for (ByteBuf piece = out.readOutbound(); piece != null; piece = out.readOutbound()) {
                piece.readBytes(octets, piece.readableBytes());
                piece.release();
            }
            carrier.send(octets.toByteArray());
        } finally {
            writing.unlock();
        }
    }
}
