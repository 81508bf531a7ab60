package dev.serin.proxy.http.codec.h2;

import dev.serin.base.lifecycle.LeftOver;
import dev.serin.proxy.worker.Worker;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.collection.IntObjectHashMap;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/// What both ends of HTTP/2 have in common: streams, settings, windows, PING, GOAWAY and the limits
/// against floods. Its own event loop only.
abstract sealed class Http2Connection extends ChannelInboundHandlerAdapter
        implements FrameReader.Sink permits Http2Server, Http2Client {
    final Worker worker;
    final Http2Limits limits;
    final HeadBlock block;
    final FloodGuard floods;
    final Keepalive keepalive;
    private final LingeringClose lingering;
    private final FrameReader reader;
    private final HpackDecoder decoder;
    private final IntObjectHashMap<Http2Stream> streams = new IntObjectHashMap<>(16);
    private final List<Http2Stream> touched = new ArrayList<>(16);
    private final ClosedStreams over = new ClosedStreams();
    private final LeftOver.Held held;
    private @Nullable ChannelHandlerContext ctx;
    private @Nullable Http2Out out;
    private final SendWindow sendWindow = new SendWindow();
    private final ReceiveWindow window;
    private boolean settled;
    boolean closing;
    @Nullable String lostFor;
    long idleSince;

    Http2Connection(Worker worker, Http2Limits limits, boolean server) {
        this.worker = worker;
        this.limits = limits;
        this.block = new HeadBlock(server, limits);
        this.floods = new FloodGuard(limits.floods());
        this.lingering = new LingeringClose(worker);
        this.keepalive = new Keepalive(this, limits.keepalive());
        this.reader = new FrameReader(worker, this, limits.maxHead() + 16 * 1024);
        this.decoder = new HpackDecoder(limits.table());
        this.window = new ReceiveWindow(Math.max(SendWindow.FIRST, limits.connectionWindow()));
        this.held = LeftOver.hold("connection", server ? "http2 server" : "http2 client");
        this.idleSince = worker.ticker().nanos();
    }

    @Override
    public void handlerAdded(ChannelHandlerContext added) {
        ctx = added;
        out = new Http2Out(worker, added, limits.table());
        begin();
        if (window.size() > SendWindow.FIRST) {
            out.windowUpdate(0, window.size() - SendWindow.FIRST);
        }
        if (added.channel().isActive()) {
            channelActive(added);
        }
    }

    /// Writes what a connection begins with.
    abstract void begin();

    @Override
    public void channelActive(ChannelHandlerContext context) {
        out().flush();
        keepalive.start();
    }

    // ---- reading

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        var in = (ByteBuf) message;
        try {
            if (!closing) {
                read(in);
            }
        } catch (Http2Fault e) {
            fault(e);
        } finally {
            in.release();
        }
    }

    void read(ByteBuf in) throws Http2Fault {
        keepalive.heard();
        reader.feed(in);
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        for (var i = 0; i < touched.size(); i++) {
            var stream = touched.get(i);
            stream.touched = false;
            if (!stream.closed) {
                stream.deliverReadComplete();
            }
        }
        touched.clear();
        out().flush();
        var waiting = context.channel().unsafe().outboundBuffer();
        if (waiting != null && waiting.totalPendingWriteBytes() == 0) {
            floods.sent();
        }
    }

    @Override
    public void frame(int type, int flags, int stream, int length) throws Http2Fault {
        if (!settled) {
            if (type != FrameReader.SETTINGS || (flags & FrameReader.ACK) != 0) {
                throw Http2Fault.protocol("http2.no_settings");
            }
            settled = true;
        }
        floods.frame(type, flags, length);
        var needsStream =
                type == FrameReader.DATA
                        || type == FrameReader.RST_STREAM
                        || type == FrameReader.WINDOW_UPDATE;
        if (needsStream && stream != 0 && idle(stream)) {
            throw Http2Fault.protocol("http2.frame_on_idle_stream");
        }
    }

    /// Whether no stream of this number has been opened yet.
    abstract boolean idle(int stream);

    @Override
    public void data(int id, ByteBuf part, int flow, boolean end) throws Http2Fault {
        var stream = streams.get(id);
        if (!window.receive(flow)) {
            part.release();
            throw new Http2Fault(ErrorCode.FLOW_CONTROL_ERROR, "http2.connection_window");
        }
        if (stream == null || stream.remoteEnded) {
            part.release();
            took(flow);
            onClosed(stream, id);
            return;
        }
        if (!stream.receive(flow)) {
            part.release();
            took(flow);
            broken(stream, ErrorCode.FLOW_CONTROL_ERROR, "http2.stream_window");
            return;
        }
        if (!stream.fits(part.readableBytes(), end)) {
            part.release();
            took(flow);
            wrong(stream, id, "http2.remote_reset"); // as Envoy logs a body of a wrong length
            return;
        }
        if (part.isReadable()) {
            touch(stream);
            stream.deliver(part);
        } else {
            part.release();
        }
        if (stream.closed) {
            took(flow);
            return;
        }
        if (end) {
            stream.remoteEnded = true;
        }
        stream.took(flow);
        if (end) {
            stream.deliverEnd(null);
        }
    }

    void touch(Http2Stream stream) {
        if (!stream.touched) {
            stream.touched = true;
            touched.add(stream);
        }
    }

    /// A frame for a stream whose peer's side is over.
    private void onClosed(@Nullable Http2Stream stream, int id) throws Http2Fault {
        if (stream != null) {
            broken(stream, ErrorCode.STREAM_CLOSED, "http2.stream_closed");
        } else if (!over.weReset(id)) {
            floods.control();
            out().reset(id, ErrorCode.STREAM_CLOSED);
        }
    }

    @Override
    public void headers(int id, byte[] from, int at, int to, int dependsOn, boolean end)
            throws Http2Fault {
        var stream = streams.get(id);
        block.clear();
        block.trailers(stream != null && trailersNext(stream));
        decoder.decode(from, at, to, block);
        if (dependsOn == id) {
            wrongStream(stream, id, "http2.depends_on_itself");
        } else if (stream == null) {
            opened(id, end);
        } else if (stream.remoteEnded) {
            broken(stream, ErrorCode.STREAM_CLOSED, "http2.stream_closed");
        } else {
            more(stream, end);
        }
    }

    abstract boolean trailersNext(Http2Stream stream);

    /// A block for a stream that is not open.
    abstract void opened(int id, boolean end) throws Http2Fault;

    abstract void more(Http2Stream stream, boolean end) throws Http2Fault;

    /// For [#opened]: the number is not a new one.
    void headersOnClosed(int id) throws Http2Fault {
        if (over.weReset(id)) {
            return; // sent before the peer knew
        }
        if (over.ended(id)) {
            throw new Http2Fault(ErrorCode.STREAM_CLOSED, "http2.stream_closed");
        }
        throw Http2Fault.protocol("http2.stream_number");
    }

    /// Ends a stream's body with the trailers in [#block].
    void trailers(Http2Stream stream, boolean end) throws Http2Fault {
        if (!end || block.malformed || !stream.fits(0, true)) {
            wrong(stream, stream.id, "http2.violation.of.messaging.rule");
        } else if (block.tooMuch != null) {
            broken(stream, ErrorCode.INTERNAL_ERROR, block.tooMuch);
        } else {
            stream.remoteEnded = true;
            stream.took(0);
            stream.deliverEnd(block.headers);
        }
    }

    @Override
    public void priority(int stream, int dependsOn) throws Http2Fault {
        if (dependsOn < 0) {
            throw Http2Fault.size("http2.frame_size");
        }
        if (dependsOn == stream) {
            wrongStream(streams.get(stream), stream, "http2.depends_on_itself");
        }
    }

    private void wrongStream(@Nullable Http2Stream stream, int id, String detail)
            throws Http2Fault {
        if (stream != null) {
            broken(stream, ErrorCode.PROTOCOL_ERROR, detail);
        } else {
            refuse(id, ErrorCode.PROTOCOL_ERROR);
        }
    }

    /// Remembers a stream that we reset, since the peer may not know yet.
    void wasReset(int id) {
        over.reset(id);
    }

    /// Resets a stream that is not open.
    void refuse(int id, int code) throws Http2Fault {
        floods.control();
        floods.ended(true);
        over.reset(id);
        out().reset(id, code);
    }

    @Override
    public void reset(int id, int code) throws Http2Fault {
        var stream = streams.get(id);
        if (stream != null) {
            floods.ended(!stream.localEnded);
            stream.close();
            peerReset(stream, code);
        }
    }

    abstract void peerReset(Http2Stream stream, int code);

    @Override
    public void settings(byte[] payload, int from, int to) throws Http2Fault {
        for (var at = from; at < to; at += Setting.OCTETS) {
            var name = Setting.name(payload, at);
            var value = Setting.value(payload, at);
            switch (name) {
                case Setting.HEADER_TABLE_SIZE -> out().encoder.allowed((int) value);
                case Setting.INITIAL_WINDOW_SIZE -> initialWindow((int) value);
                case Setting.MAX_FRAME_SIZE -> out().maxFrame((int) value);
                default -> peerSetting(name, (int) value);
            }
        }
        floods.control();
        out().settingsAcknowledged();
        all().forEach(Http2Stream::resume); // after it, so that the peer knows why it may
    }

    abstract void peerSetting(int name, int value) throws Http2Fault;

    private void initialWindow(int octets) throws Http2Fault {
        var by = sendWindow.ofStreams(octets);
        for (var stream : streams.values()) {
            if (!stream.grow(by)) {
                throw new Http2Fault(ErrorCode.FLOW_CONTROL_ERROR, "http2.window_overflow");
            }
        }
    }

    @Override
    public void ping(long content, boolean ack) throws Http2Fault {
        if (ack) {
            keepalive.answered(content);
        } else {
            floods.control();
            out().ping(content, true);
        }
    }

    @Override
    public void windowUpdate(int id, int by) throws Http2Fault {
        var stream = id == 0 ? null : streams.get(id);
        if (by == 0) {
            if (stream == null) {
                throw Http2Fault.protocol("http2.window_update");
            }
            broken(stream, ErrorCode.PROTOCOL_ERROR, "http2.window_update");
        } else if (stream != null) {
            if (stream.grow(by)) {
                stream.resume();
            } else {
                broken(stream, ErrorCode.FLOW_CONTROL_ERROR, "http2.window_overflow");
            }
        } else if (id == 0) {
            if (!sendWindow.grow(by)) {
                throw new Http2Fault(ErrorCode.FLOW_CONTROL_ERROR, "http2.window_overflow");
            }
            sendWindow.unblock();
            out().flush();
        }
    }

    // ---- what goes wrong

    /// A message that is wrong: ends its stream, or as Envoy does by default the connection.
    void wrong(@Nullable Http2Stream stream, int id, String detail) throws Http2Fault {
        if (!limits.lenient()) {
            throw Http2Fault.protocol(detail);
        }
        wrongStream(stream, id, detail);
    }

    /// Ends a stream for what the peer did.
    void broken(Http2Stream stream, int code, String detail) throws Http2Fault {
        floods.control();
        floods.ended(!stream.localEnded);
        stream.resetWith(code);
        weBroke(stream, detail);
    }

    /// Tells the reader of a stream that it was ended for what the peer did.
    abstract void weBroke(Http2Stream stream, String detail);

    /// Ends the connection for what the peer did.
    void fault(Http2Fault e) {
        if (closing) {
            return;
        }
        out().goAway(lastProcessed(), e.code());
        closeAfterWrites();
        for (var stream : all()) {
            stream.close();
            weBroke(stream, e.detail());
        }
    }

    abstract int lastProcessed();

    /// The peer is not there any more.
    void lost(String reason) {
        lostFor = reason;
        context().close();
    }

    void closeAfterWrites() {
        if (!closing) {
            closing = true;
            out().flushNow();
            lingering.begin(context(), closeMillis());
        }
    }

    /// How long the peer has to read what it was told last.
    abstract long closeMillis();

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        if (context.channel().isWritable()) {
            for (var stream : all()) {
                stream.room();
            }
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        closing = true;
        keepalive.stop();
        lingering.over();
        out().release();
        for (var stream : all()) {
            stream.close();
            peerGone(stream);
        }
        held.release();
    }

    abstract void peerGone(Http2Stream stream);

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        context.close();
    }

    void open(Http2Stream stream) {
        floods.opened();
        streams.put(stream.id, stream);
    }

    void forget(Http2Stream stream) {
        streams.remove(stream.id);
        over.end(stream.id);
        if (streams.isEmpty()) {
            idleSince = worker.ticker().nanos();
        }
    }

    int open() {
        return streams.size();
    }

    List<Http2Stream> all() {
        return List.copyOf(streams.values());
    }

    Http2Out out() {
        return Objects.requireNonNull(out);
    }

    ChannelHandlerContext context() {
        return Objects.requireNonNull(ctx);
    }

    void neverConnected() {
        closing = true;
        if (out != null) {
            out.release();
        }
        held.release();
    }

    boolean writable() {
        return context().channel().isWritable();
    }

    int initialSendWindow() {
        return sendWindow.ofStreams();
    }

    int sendWindow() {
        return sendWindow.octets();
    }

    void spend(int octets) {
        sendWindow.spend(octets);
        floods.dataSent();
    }

    void block(Http2Stream stream) {
        sendWindow.block(stream);
    }

    /// Octets of DATA have been taken by their reader, or by nobody.
    void took(int octets) {
        var by = window.took(octets);
        if (by > 0 && !closing) {
            out().windowUpdate(0, by);
            out().flush();
        }
    }
}
