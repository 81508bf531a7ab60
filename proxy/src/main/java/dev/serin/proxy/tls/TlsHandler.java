package dev.serin.proxy.tls;

import dev.serin.base.lifecycle.LeftOver;
import dev.serin.proxy.stream.TlsFacts;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.internal.tcnative.SSL;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/// TLS on one connection: plain octets on the inner side, records on the socket's. To the handler
/// behind it, it is a socket: `close_notify` from the peer is the end of input, and
/// [Tls#shutdownOutput] sends one and leaves the other direction open.
///
/// Octets are decrypted from the buffer that was read to the one that is passed on, and encrypted
/// from the buffer that was written to the one that is sent, a flush at once and small parts joined
/// to one record; nothing is copied in between. The connection's event loop only.
public final class TlsHandler extends ChannelDuplexHandler {
    /// How much is encrypted at the most before the socket sees it.
    private static final int CHUNK = 4 * BoringSsl.RECORD;

    /// Room for what the library says by itself: alerts, key updates. A handshake's larger messages
    /// are taken in several steps.
    private static final int OWN_WORDS = 512;

    private final TlsPeer peer;
    private final Handshake watcher;
    private final PlainQueue waiting = new PlainQueue();
    private final LeftOver.Held held = LeftOver.hold("connection", "tls");
    private @Nullable ChannelHandlerContext ctx;
    private @Nullable NativeContext context;
    private @Nullable ByteBuf hello;
    private @Nullable TlsFacts facts;
    private long ssl;
    private long bio;
    private boolean secured;
    private boolean over;
    private boolean inputEnded;
    private boolean outputEnded;
    private boolean unflushed;

    /// @param peer which context it has, and what is asked of the other end
    TlsHandler(TlsPeer peer, Handshake watcher) {
        this.peer = peer;
        this.watcher = watcher;
    }

    /// Null before the handshake has ended well.
    public @Nullable TlsFacts facts() {
        return facts;
    }

    // ---- beginning

    @Override
    public void handlerAdded(ChannelHandlerContext added) {
        ctx = added;
        if (added.channel().isActive()) {
            begin();
        }
    }

    @Override
    public void channelActive(ChannelHandlerContext active) {
        begin();
        active.fireChannelActive();
    }

    private void begin() {
        if (ssl != 0 || over) {
            return;
        }
        var chosen = peer.context(null);
        if (chosen == null) {
            return; // by what the client says
        }
        open(chosen);
        if (!peer.server()) {
            handshake(null);
            flushNow();
        }
    }

    private void open(NativeContext chosen) {
        context = chosen;
        ssl = chosen.newConnection(peer.server());
        bio = SSL.bioNewByteBuffer(ssl, OWN_WORDS);
        peer.opened(ssl);
        chosen.attend(ssl, peer);
    }

    // ---- from the socket

    @Override
    public void channelRead(ChannelHandlerContext read, Object message) {
        var in = (ByteBuf) message;
        if (over || inputEnded) {
            in.release();
            return;
        }
        if (ssl == 0) {
            in = choose(in);
            if (in == null) {
                return;
            }
        }
        if (!in.isDirect() || in.nioBufferCount() != 1) { // the library wants one piece
            var direct = read.alloc().directBuffer(in.readableBytes()).writeBytes(in);
            in.release();
            in = direct;
        }
        try {
            if (secured || handshake(in)) {
                decrypt(in);
            }
        } finally {
            in.release();
        }
    }

    /// Waits for the whole ClientHello, which chooses the context; null while there is more to
    /// come.
    private @Nullable ByteBuf choose(ByteBuf in) {
        var all = hello == null ? in : context().alloc().directBuffer().writeBytes(hello);
        if (hello != null) {
            hello.release();
            all.writeBytes(in);
            in.release();
        }
        hello = all;
        var said = ClientHello.look(all);
        if (said == null) {
            return null;
        }
        hello = null;
        var chosen = peer.context(said);
        if (chosen == null) {
            all.release();
            fail(peer.refusal(), false);
            return null;
        }
        open(chosen);
        return all;
    }

    /// Goes on with the handshake; true once it has ended well. What of `in` was not read stays in
    /// it.
    private boolean handshake(@Nullable ByteBuf in) {
        while (true) {
            source(in);
            var result = SSL.doHandshake(ssl);
            var error = result > 0 ? SSL.SSL_ERROR_NONE : SSL.getError(ssl, result);
            unsource(in);
            if (error == SSL.SSL_ERROR_SSL || error == SSL.SSL_ERROR_SYSCALL) {
                broken();
                return false;
            }
            // what it has to say; if that was more than it has room for, it goes on now
            var room = error == SSL.SSL_ERROR_WANT_WRITE;
            speak(room);
            if (error == SSL.SSL_ERROR_NONE) {
                succeed();
                return !over;
            }
            if (!room) {
                return false;
            }
        }
    }

    private void source(@Nullable ByteBuf in) {
        if (in != null) {
            SSL.bioSetByteBuffer(
                    bio, BoringSsl.address(in, in.readerIndex()), in.readableBytes(), false);
        }
    }

    private void unsource(@Nullable ByteBuf in) {
        if (in != null) {
            in.readerIndex(in.writerIndex() - SSL.bioLengthByteBuffer(bio));
            SSL.bioClearByteBuffer(bio);
        }
    }

    private void succeed() {
        secured = true;
        var native_ = Objects.requireNonNull(context);
        native_.forget(ssl);
        facts = peer.facts(ssl, native_);
        peer.secured(this, facts);
        watcher.secured(facts);
        if (!over && !waiting.isEmpty()) {
            encrypt();
            unflushed = true;
        }
    }

    private void decrypt(ByteBuf in) {
        List<ByteBuf> more = List.of();
        ByteBuf out = null;
        var end = false;
        source(in);
        var room = Math.max(512, in.readableBytes());
        while (!end) {
            if (out == null || !out.isWritable()) {
                if (out != null) {
                    more = more.isEmpty() ? new ArrayList<>() : more;
                    more.add(out);
                    room = SSL.bioLengthByteBuffer(bio) + BoringSsl.RECORD;
                }
                out = context().alloc().directBuffer(room);
            }
            var at = out.writerIndex();
            var got = SSL.readFromSSL(ssl, BoringSsl.address(out, at), out.writableBytes());
            if (got > 0) {
                out.writerIndex(at + got);
                if (SSL.bioLengthByteBuffer(bio) == 0 && SSL.sslPending(ssl) == 0) {
                    end = true;
                }
                continue;
            }
            end = ended(in, SSL.getError(ssl, got));
        }
        unsource(in);
        speak(false);
        for (var part : more) {
            context().fireChannelRead(part);
        }
        if (out != null && out.isReadable()) {
            context().fireChannelRead(out);
        } else if (out != null) {
            out.release();
        }
        if (inputEnded && !over) {
            inputOver();
        }
    }

    /// Whether reading ends here.
    private boolean ended(ByteBuf in, int error) {
        if (error == SSL.SSL_ERROR_WANT_WRITE) {
            unsource(in);
            speak(true);
            source(in);
            return false;
        }
        if (error == SSL.SSL_ERROR_ZERO_RETURN) {
            inputEnded = true;
        } else if (error != SSL.SSL_ERROR_WANT_READ) {
            var text = BoringSsl.errors();
            peer.broken(text);
            in.skipBytes(in.readableBytes());
            context().executor().execute(() -> context().close());
        }
        return true;
    }

    /// The peer has said that it sends no more.
    private void inputOver() {
        if (Boolean.TRUE.equals(
                context().channel().config().getOption(ChannelOption.ALLOW_HALF_CLOSURE))) {
            context().fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
        } else {
            close(context(), context().newPromise());
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext read) {
        flushNow();
        read.fireChannelReadComplete();
        if (!secured && !over && !read.channel().config().isAutoRead()) {
            read.read();
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext read, Object event) {
        if (event instanceof ChannelInputShutdownEvent) {
            if (!inputEnded && !over) {
                read.close(); // an end that the peer has not vouched for is no end of a message
            }
            return;
        }
        read.fireUserEventTriggered(event);
    }

    @Override
    public void channelInactive(ChannelHandlerContext read) {
        fail("", false);
        free();
        read.fireChannelInactive();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext read, Throwable cause) {
        if (secured) {
            read.fireExceptionCaught(cause);
        } else {
            read.close();
        }
    }

    // ---- to the socket

    @Override
    public void write(ChannelHandlerContext written, Object message, ChannelPromise promise) {
        var part = (ByteBuf) message;
        if (over || outputEnded) {
            part.release();
            promise.tryFailure(new java.nio.channels.ClosedChannelException());
            return;
        }
        waiting.add(part, promise);
        if (secured && waiting.octets() >= CHUNK) {
            encrypt();
        }
    }

    @Override
    public void flush(ChannelHandlerContext flushed) {
        if (secured && !over) {
            encrypt();
        }
        flushed.flush();
    }

    private void flushNow() {
        if (unflushed) {
            unflushed = false;
            context().flush();
        }
    }

    /// Encrypts all that waits and writes it to the socket.
    private void encrypt() {
        while (!waiting.isEmpty() && !over) {
            if (waiting.octets() == 0) {
                waiting.pass(context()); // for the sake of its promise alone
            } else {
                chunk();
            }
        }
    }

    private void chunk() {
        var size = Math.min(waiting.octets(), CHUNK);
        var capacity = size + (size / BoringSsl.RECORD + waiting.parts() + 2) * BoringSsl.OVERHEAD;
        var out = context().alloc().directBuffer(capacity);
        SSL.bioSetByteBuffer(bio, BoringSsl.address(out, 0), capacity, true);
        SSL.bioFlushByteBuffer(bio);
        var done = new Promises();
        var ok = true;
        while (ok && size > 0) {
            var part = waiting.first(context().alloc(), done);
            var octets = Math.min(part.readableBytes(), BoringSsl.RECORD);
            var wrote = SSL.writeToSSL(ssl, BoringSsl.address(part, part.readerIndex()), octets);
            if (wrote > 0) {
                waiting.skip(wrote, done);
                size -= wrote;
            } else {
                ok = SSL.getError(ssl, wrote) == SSL.SSL_ERROR_WANT_WRITE;
                size = 0; // the rest of the record goes into the next buffer
            }
            part.release();
        }
        out.writerIndex(capacity - SSL.bioLengthByteBuffer(bio));
        SSL.bioClearByteBuffer(bio);
        done.write(context(), out);
        if (!ok) {
            peer.broken(BoringSsl.errors());
            over = true;
            context().close();
        }
    }

    /// Sends what the library says by itself.
    ///
    /// @param more whether it was interrupted for want of room
    private void speak(boolean more) {
        var length = SSL.bioLengthNonApplication(bio);
        if (length == 0 && !more) {
            return;
        }
        var capacity = more ? BoringSsl.RECORD : length;
        var out = context().alloc().directBuffer(capacity);
        SSL.bioSetByteBuffer(bio, BoringSsl.address(out, 0), capacity, true);
        SSL.bioFlushByteBuffer(bio);
        if (more && !secured) {
            SSL.doHandshake(ssl);
        }
        out.writerIndex(capacity - SSL.bioLengthByteBuffer(bio));
        SSL.bioClearByteBuffer(bio);
        context().write(out, context().voidPromise());
        unflushed = true;
    }

    // ---- the end

    /// Sends `close_notify`; the other direction stays open.
    void shutdownOutput() {
        if (over || outputEnded || !secured) {
            return;
        }
        encrypt();
        if (over) {
            return;
        }
        outputEnded = true;
        SSL.shutdownSSL(ssl);
        speak(false);
        context().flush();
    }

    @Override
    public void close(ChannelHandlerContext closed, ChannelPromise promise) {
        shutdownOutput();
        closed.close(promise);
    }

    private void broken() {
        var errors = BoringSsl.errors();
        var said = Objects.requireNonNull(context).said(ssl);
        var text = errors.text();
        if (said == null && text.contains("PEER_DID_NOT_RETURN_A_CERTIFICATE")) {
            said = "peer did not provide required client certificate";
        }
        if (!text.isEmpty()) {
            text += (said == null ? "" : ":" + said) + ":TLS_error_end";
        }
        speak(false);
        flushNow();
        fail(text, errors.connection());
    }

    private void fail(String reason, boolean connectionError) {
        if (secured || over) {
            return;
        }
        over = true;
        peer.failed(reason, connectionError);
        watcher.failed(reason);
        context().close();
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext removed) {
        free();
    }

    private void free() {
        over = true;
        if (hello != null) {
            hello.release();
            hello = null;
        }
        waiting.fail();
        if (ssl != 0) {
            Objects.requireNonNull(context).closed(ssl);
            SSL.freeSSL(ssl); // and its BIO
            ssl = 0;
            bio = 0;
        }
        peer.gone(this);
        held.release();
    }

    /// The peer's certificate is trusted no more: asks for the end, and ends after `millis`.
    void distrust(Object drain, long millis) {
        var pipeline = context();
        pipeline.pipeline().fireUserEventTriggered(drain);
        pipeline.executor()
                .schedule(
                        () -> pipeline.close(), millis, java.util.concurrent.TimeUnit.MILLISECONDS);
    }

    io.netty.util.concurrent.EventExecutor loop() {
        return context().executor();
    }

    private ChannelHandlerContext context() {
        return Objects.requireNonNull(ctx);
    }
}
