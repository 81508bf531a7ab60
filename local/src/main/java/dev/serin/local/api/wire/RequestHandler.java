package dev.serin.local.api.wire;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;

import org.jspecify.annotations.Nullable;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;

/// Collects requests of one connection and runs them one after another, each on a virtual thread.
/// Event loop only.
final class RequestHandler extends ChannelInboundHandlerAdapter {
    /// As the real API server's own limit.
    private static final int LIMIT = 3 << 20;

    private static final int PIPELINED = 16;

    private final Handler handler;
    private final Consumer<Throwable> failures;
    private final ByteArrayOutputStream body = new ByteArrayOutputStream();
    private final ArrayDeque<Waiting> waiting = new ArrayDeque<>();
    private @Nullable HttpRequest head;
    private @Nullable Thread running;

    private record Waiting(Request request, boolean keepAlive) {}

    /// What answers requests; called on a virtual thread.
    interface Handler {
        void handle(Exchange exchange) throws IOException, InterruptedException;
    }

    RequestHandler(Handler handler, Consumer<Throwable> failures) {
        this.handler = handler;
        this.failures = failures;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        try {
            if (message instanceof HttpRequest request) {
                head = request;
                body.reset();
                if (request.decoderResult().isFailure()) {
                    refuse(context, HttpResponseStatus.BAD_REQUEST);
                    return;
                }
                if (HttpUtil.is100ContinueExpected(request)) {
                    context.writeAndFlush(
                            new DefaultFullHttpResponse(
                                    HttpVersion.HTTP_1_1, HttpResponseStatus.CONTINUE));
                }
            }
            if (message instanceof HttpContent content && head != null) {
                collect(context, content);
            }
        } finally {
            ReferenceCountUtil.release(message);
        }
    }

    private void collect(ChannelHandlerContext context, HttpContent content) {
        var request = head;
        if (request == null) {
            return;
        }
        var bytes = new byte[content.content().readableBytes()];
        content.content().readBytes(bytes);
        body.writeBytes(bytes);
        if (body.size() > LIMIT || waiting.size() > PIPELINED) {
            refuse(context, HttpResponseStatus.REQUEST_ENTITY_TOO_LARGE);
            return;
        }
        if (content instanceof LastHttpContent) {
            head = null;
            waiting.add(
                    new Waiting(
                            Request.of(
                                    request.method().name(),
                                    request.uri(),
                                    request.headers(),
                                    body.toByteArray()),
                            HttpUtil.isKeepAlive(request)));
            next(context.channel());
        }
    }

    private void refuse(ChannelHandlerContext context, HttpResponseStatus status) {
        head = null;
        var response = new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, status);
        HttpUtil.setContentLength(response, 0);
        HttpUtil.setKeepAlive(response, false);
        context.writeAndFlush(response).addListener(_ -> context.close());
    }

    private void next(Channel channel) {
        if (running != null || !channel.isActive()) {
            return;
        }
        var turn = waiting.poll();
        if (turn == null) {
            return;
        }
        var exchange = new Exchange(channel, turn.request, turn.keepAlive);
        running = Thread.ofVirtual().name("request").start(() -> run(channel, exchange));
    }

    private void run(Channel channel, Exchange exchange) {
        try {
            handler.handle(exchange);
        } catch (IOException | InterruptedException e) {
            // The client has gone.
            channel.close();
        } catch (RuntimeException | Error e) {
            failures.accept(e);
        } finally {
            exchange.abandon();
            over(channel);
        }
    }

    private void over(Channel channel) {
        try {
            channel.eventLoop()
                    .execute(() -> {
                        running = null;
                        next(channel);
                    });
        } catch (RejectedExecutionException e) {
            // The door was closed meanwhile, and with it this connection.
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        var thread = running;
        if (thread != null) {
            thread.interrupt();
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        // Broken TLS, a reset: the client's own affair.
        context.close();
    }
}
