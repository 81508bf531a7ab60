package dev.serin.local.api.wire;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;

import java.io.IOException;

/// A connection that was upgraded to a protocol which is not HTTP: octets, in whatever pieces they
/// come. Its end ends the thread that serves it by an interrupt.
public final class RawSocket extends Messages {
    private final Thread server;

    RawSocket(Channel channel, Thread server) {
        super(channel);
        this.server = server;
    }

    @Override
    public void send(byte[] message) throws IOException, InterruptedException {
        Exchange.sent(channel().writeAndFlush(Unpooled.wrappedBuffer(message)));
    }

    @Override
    public void close() {
        channel().close();
    }

    ChannelHandler octets() {
        return new Octets();
    }

    private final class Octets extends SimpleChannelInboundHandler<ByteBuf> {
        @Override
        protected void channelRead0(ChannelHandlerContext context, ByteBuf octets) {
            arrived(ByteBufUtil.getBytes(octets));
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            ended();
            server.interrupt();
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            context.close();
        }
    }
}
