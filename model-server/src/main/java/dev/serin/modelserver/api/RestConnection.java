package dev.serin.modelserver.api;

import dev.serin.base.lifecycle.Drain;
import dev.serin.inference.ServingException;
import dev.serin.inference.StatusCode;

import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;

import org.jspecify.annotations.Nullable;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

/// One client's connection: its requests are answered one after the other, in order, also when it
/// sends the next before the answer. Owned by the event loop.
final class RestConnection extends SimpleChannelInboundHandler<FullHttpRequest> {
    private static final int MOST_AHEAD = 16;

    private final RestApi api;
    private final Executor pool;
    private final Drain drain;
    private final Queue<Request> ahead = new ArrayDeque<>();
    private @Nullable Request current;

    /// A request taken out of Netty's buffers.
    private static final class Request {
        private final String method;
        private final String path;
        private final byte[] body;
        private final boolean keepAlive;
        private final Drain.Part part;

        Request(FullHttpRequest message, Drain.Part part) {
            var uri = message.uri();
            int query = uri.indexOf('?');
            this.method = message.method().name();
            this.path = query < 0 ? uri : uri.substring(0, query);
            this.body = ByteBufUtil.getBytes(message.content());
            this.keepAlive = HttpUtil.isKeepAlive(message);
            this.part = part;
        }
    }

    RestConnection(RestApi api, Executor pool, Drain drain) {
        this.api = api;
        this.pool = pool;
        this.drain = drain;
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        drain.onStart(() ->
                context.executor()
                        .execute(() -> {
                            if (current == null) {
                                context.close();
                            }
                        }));
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, FullHttpRequest message) {
        if (message.decoderResult().isFailure()) {
            context.writeAndFlush(
                            response(
                                    HttpAnswer.error(
                                            ServingException.invalid(
                                                    "Malformed HTTP: "
                                                            + message.decoderResult()
                                                                    .cause()
                                                                    .getMessage())),
                                    false))
                    .addListener(ChannelFutureListener.CLOSE);
            return;
        }
        ahead.add(new Request(message, drain.part()));
        if (ahead.size() >= MOST_AHEAD) {
            context.channel().config().setAutoRead(false);
        }
        next(context);
    }

    private void next(ChannelHandlerContext context) {
        if (current != null) {
            return;
        }
        var request = ahead.poll();
        current = request;
        if (request == null) {
            if (drain.isStarted()) {
                context.close();
            }
            return;
        }
        if (ahead.size() < MOST_AHEAD / 2) {
            context.channel().config().setAutoRead(true);
        }
        try {
            pool.execute(() -> {
                var answer = api.answer(request.method, request.path, request.body);
                context.executor().execute(() -> send(context, request, answer));
            });
        } catch (RejectedExecutionException e) {
            send(
                    context,
                    request,
                    HttpAnswer.error(
                            new ServingException(
                                    StatusCode.UNAVAILABLE,
                                    "Too many requests are waiting already")));
        }
    }

    private void send(ChannelHandlerContext context, Request request, HttpAnswer answer) {
        var keepAlive = request.keepAlive && !drain.isStarted();
        context.writeAndFlush(response(answer, keepAlive))
                .addListener(_ -> {
                    request.part.close();
                    if (!keepAlive) {
                        context.close();
                        return;
                    }
                    current = null;
                    next(context);
                });
    }

    static FullHttpResponse response(HttpAnswer answer, boolean keepAlive) {
        var response =
                new DefaultFullHttpResponse(
                        HttpVersion.HTTP_1_1,
                        HttpResponseStatus.valueOf(answer.status()),
                        Unpooled.wrappedBuffer(answer.body()));
        var headers = response.headers();
        headers.set(HttpHeaderNames.CONTENT_TYPE, answer.contentType());
        headers.setInt(HttpHeaderNames.CONTENT_LENGTH, answer.body().length);
        if (answer.version() != null) {
            headers.set("x-model-version", answer.version().toString());
        }
        if (!keepAlive) {
            headers.set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
        }
        return response;
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        for (var request = ahead.poll(); request != null; request = ahead.poll()) {
            request.part.close();
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        context.close();
    }
}
