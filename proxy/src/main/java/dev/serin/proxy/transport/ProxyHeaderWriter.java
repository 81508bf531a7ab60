package dev.serin.proxy.transport;

import dev.serin.proxy.transport.TransportConfig.Announced;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.NetUtil;

import org.jspecify.annotations.Nullable;

import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;

/// Writes a PROXY header as soon as the connection is there, and goes. Version 2 in binary, as
/// HAProxy's proxy-protocol.txt, 2.2.
final class ProxyHeaderWriter extends ChannelInboundHandlerAdapter {
    private static final byte[] SIGNATURE = {
        0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a
    };

    private final Announced config;
    private final @Nullable ProxiedClient client;

    ProxyHeaderWriter(Announced config, @Nullable ProxiedClient client) {
        this.config = config;
        this.client = client;
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        announce(ctx);
        ctx.fireChannelActive();
    }

    /// Writes the header now. Whoever waits for the connection hears of it before the handlers do,
    /// and would write first.
    static void announce(Channel channel) {
        var ctx = channel.pipeline().context(ProxyHeaderWriter.class);
        if (ctx != null) {
            ((ProxyHeaderWriter) ctx.handler()).announce(ctx);
        }
    }

    private void announce(ChannelHandlerContext ctx) {
        var out = ctx.alloc().directBuffer(256);
        if (config.version() == 1) {
            writeText(out);
        } else {
            writeBinary(out);
        }
        ctx.writeAndFlush(out, ctx.voidPromise());
        ctx.pipeline().remove(this);
    }

    private void writeText(ByteBuf out) {
        var of = client;
        var text = "PROXY UNKNOWN\r\n";
        if (of != null && sameFamily(of)) {
            text =
                    (v4(of.source()) ? "PROXY TCP4 " : "PROXY TCP6 ")
                            + NetUtil.toAddressString(of.source().getAddress())
                            + " "
                            + NetUtil.toAddressString(of.destination().getAddress())
                            + " "
                            + of.source().getPort()
                            + " "
                            + of.destination().getPort()
                            + "\r\n";
        }
        out.writeCharSequence(text, StandardCharsets.US_ASCII);
    }

    private void writeBinary(ByteBuf out) {
        out.writeBytes(SIGNATURE);
        var of = client;
        if (of == null || !sameFamily(of)) {
            out.writeByte(0x20).writeByte(0).writeShort(0); // LOCAL: nobody's connection
            return;
        }
        out.writeByte(0x21).writeByte(v4(of.source()) ? 0x11 : 0x21);
        var length = out.writerIndex();
        out.writeShort(0);
        out.writeBytes(of.source().getAddress().getAddress());
        out.writeBytes(of.destination().getAddress().getAddress());
        out.writeShort(of.source().getPort()).writeShort(of.destination().getPort());
        for (var tlv : config.added()) {
            out.writeByte(tlv.getType()).writeShort(tlv.getValue().size());
            out.writeBytes(tlv.getValue().toByteArray());
        }
        var passed = config.passed();
        for (var tlv : of.tlvs()) {
            var replaced = config.added().stream().anyMatch(t -> t.getType() == tlv.type());
            if ((passed == null || passed.contains(tlv.type())) && !replaced) {
                out.writeByte(tlv.type()).writeShort(tlv.value().size());
                out.writeBytes(tlv.value().toByteArray());
            }
        }
        out.setShort(length, out.writerIndex() - length - 2);
    }

    private static boolean sameFamily(ProxiedClient of) {
        return v4(of.source()) == v4(of.destination());
    }

    private static boolean v4(InetSocketAddress address) {
        return address.getAddress() instanceof Inet4Address;
    }
}
