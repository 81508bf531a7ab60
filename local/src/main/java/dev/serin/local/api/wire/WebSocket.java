package dev.serin.local.api.wire;

import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PongWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;

import java.io.IOException;

/// A WebSocket. What the client writes as text is dropped; its close ends the writer's thread by an
/// interrupt.
public final class WebSocket extends Messages {
    private final Thread writer;

    WebSocket(Channel channel, Thread writer) {
        super(channel);
        this.writer = writer;
    }

    public void text(String message) throws IOException, InterruptedException {
        Exchange.sent(channel().writeAndFlush(new TextWebSocketFrame(message)));
    }

    @Override
    public void send(byte[] message) throws IOException, InterruptedException {
        Exchange.sent(
                channel().writeAndFlush(new BinaryWebSocketFrame(Unpooled.wrappedBuffer(message))));
    }

    @Override
    public void close() throws IOException, InterruptedException {
        Exchange.sent(channel().writeAndFlush(new CloseWebSocketFrame(1000, "")));
        channel().close();
    }

    ChannelHandler frames() {
        return new Frames();
    }

    private final class Frames extends SimpleChannelInboundHandler<WebSocketFrame> {
        @Override
        protected void channelRead0(ChannelHandlerContext context, WebSocketFrame frame) {
            switch (frame) {
                case PingWebSocketFrame ping ->
                        context.writeAndFlush(new PongWebSocketFrame(ping.content().retain()));
                case CloseWebSocketFrame _ -> {
                    ended();
                    context.writeAndFlush(new CloseWebSocketFrame(1000, ""))
                            .addListener(_ -> context.close());
                }
                case BinaryWebSocketFrame binary -> arrived(ByteBufUtil.getBytes(binary.content()));
                default -> {}
            }
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            ended();
            writer.interrupt();
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            context.close();
        }
    }
}
