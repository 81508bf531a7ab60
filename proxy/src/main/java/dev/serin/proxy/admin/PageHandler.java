package dev.serin.proxy.admin;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.QueryStringDecoder;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;

/// Turns a request into an [Ask] and a [Page] into a response. One at a time on a connection: the
/// next request is answered after the last.
final class PageHandler extends SimpleChannelInboundHandler<FullHttpRequest> {
    private final Pages pages;

    PageHandler(Pages pages) {
        this.pages = pages;
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, FullHttpRequest request) {
        if (request.decoderResult().isFailure()) {
            write(context, Page.text(400, "not HTTP/1.1\n"), false, false);
            return;
        }
        var keepAlive = HttpUtil.isKeepAlive(request);
        var head = request.method().equals(HttpMethod.HEAD);
        context.channel().config().setAutoRead(false);
        pages.answer(ask(request))
                .whenComplete((page, failure) -> {
                    var answer =
                            failure == null ? page : Page.text(500, failure.getMessage() + "\n");
                    context.executor()
                            .execute(() -> {
                                write(context, answer, keepAlive, head);
                                context.channel().config().setAutoRead(true);
                            });
                });
    }

    private static Ask ask(FullHttpRequest request) {
        var decoder = new QueryStringDecoder(request.uri());
        var query = new HashMap<String, String>();
        decoder.parameters().forEach((key, values) -> query.put(key, values.getFirst()));
        return new Ask(request.method().name(), decoder.path(), query);
    }

    private static void write(
            ChannelHandlerContext context, Page page, boolean keepAlive, boolean head) {
        var bytes = page.body().getBytes(StandardCharsets.UTF_8);
        var response =
                new DefaultFullHttpResponse(
                        HttpVersion.HTTP_1_1,
                        HttpResponseStatus.valueOf(page.status()),
                        head ? Unpooled.EMPTY_BUFFER : Unpooled.wrappedBuffer(bytes));
        response.headers()
                .set(HttpHeaderNames.CONTENT_TYPE, page.type())
                .set(HttpHeaderNames.CONTENT_LENGTH, bytes.length)
                .set(HttpHeaderNames.CACHE_CONTROL, "no-cache, max-age=0")
                .set("x-content-type-options", "nosniff");
        if (!keepAlive) {
            response.headers().set(HttpHeaderNames.CONNECTION, "close");
        }
        var written = context.writeAndFlush(response);
        if (!keepAlive) {
            written.addListener(ChannelFutureListener.CLOSE);
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        context.close();
    }
}
