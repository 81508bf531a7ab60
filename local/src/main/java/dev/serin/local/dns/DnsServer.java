package dev.serin.local.dns;

import dev.serin.base.Problem;
import dev.serin.base.ProblemException;
import dev.serin.base.lifecycle.LeftOver;
import dev.serin.local.dns.DnsRecord.Answer;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFactory;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.DatagramPacket;
import io.netty.handler.codec.LengthFieldBasedFrameDecoder;
import io.netty.handler.codec.LengthFieldPrepender;
import io.netty.handler.timeout.ReadTimeoutHandler;

import org.jspecify.annotations.Nullable;

import java.net.InetSocketAddress;
import java.util.function.Consumer;

/// Answers DNS queries by UDP and TCP on one address, each on the event loop it came in by, from
/// the newest zone. What it can't read is answered with a format error or dropped; nothing that
/// comes in ends it.
public final class DnsServer implements AutoCloseable {
    private static final int TTL_SECONDS = 5;
    private static final int IDLE_SECONDS = 10;
    private static final int LARGEST = 65535;

    private final ClusterDns names;
    private final @Nullable Upstream upstream;
    private final DnsReply reply;
    private final Channel udp;
    private final Channel tcp;
    private final LeftOver.Held held;

    /// What its sockets are made of; a namespace of its own comes in by the factories.
    public record Sockets(
            EventLoopGroup loops,
            ChannelFactory<? extends DatagramChannel> udp,
            ChannelFactory<? extends ServerChannel> tcp) {}

    /// Binds before it returns; must not be called on an event loop.
    ///
    /// @param upstream null: names outside of the cluster do not exist
    /// @throws ProblemException if the address can't be had
    public DnsServer(
            ClusterDns names,
            Sockets sockets,
            InetSocketAddress address,
            @Nullable Upstream upstream) {
        this.names = names;
        this.upstream = upstream;
        this.reply = new DnsReply(names.domain(), TTL_SECONDS);
        // TCP first: where 0 was asked for, it is its ports that are scarce.
        this.tcp =
                bound(
                        address,
                        new ServerBootstrap()
                                .group(sockets.loops)
                                .channelFactory(sockets.tcp)
                                .childHandler(new Connections())
                                .bind(address));
        try {
            this.udp =
                    bound(
                            address,
                            new Bootstrap()
                                    .group(sockets.loops)
                                    .channelFactory(sockets.udp)
                                    .handler(new Datagrams())
                                    .bind(tcp.localAddress()));
        } catch (ProblemException e) {
            tcp.close().syncUninterruptibly();
            throw e;
        }
        this.held = LeftOver.hold("dns", address.toString());
    }

    /// With the port that was given where 0 was asked for.
    public InetSocketAddress address() {
        return (InetSocketAddress) udp.localAddress();
    }

    @Override
    public void close() {
        udp.close().syncUninterruptibly();
        tcp.close().syncUninterruptibly();
        held.release();
    }

    private static Channel bound(InetSocketAddress address, ChannelFuture binding) {
        binding.awaitUninterruptibly();
        if (!binding.isSuccess()) {
            throw new ProblemException(
                    Problem.of(
                            "cluster DNS on " + address,
                            "" + binding.cause().getMessage(),
                            "see that nothing else uses this address in the mesh's namespace"),
                    binding.cause());
        }
        return binding.channel();
    }

    /// Answers `packet`, whose reference stays the caller's; the answer's goes to `send`.
    private void answer(
            ByteBuf packet, Channel channel, int asker, boolean datagram, Consumer<ByteBuf> send) {
        // 1. What is too short to have a sender's number, or is itself an answer, gets none.
        if (packet.readableBytes() < DnsQuestion.HEADER
                || (packet.getByte(packet.readerIndex() + 2) & 0x80) != 0) {
            return;
        }
        var out = channel.alloc().buffer(512);
        DnsQuestion question;
        try {
            question = DnsQuestion.read(packet);
        } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
            DnsReply.failure(
                    out, packet.getUnsignedShort(packet.readerIndex()), DnsReply.FORMAT_ERROR);
            send.accept(out);
            return;
        }
        // 2. What the zone knows, or knows not to be.
        var answer = names.zone().answer(question.name(), question.type(), asker);
        if (answer == null && upstream == null) {
            answer = Answer.status(Answer.NAME_ERROR);
        }
        if (answer != null) {
            reply.write(out, question, answer, datagram ? question.datagram() : LARGEST);
            send.accept(out);
            return;
        }
        // 3. The rest is passed on.
        out.release();
        forward(packet, question, channel, send);
    }

    private void forward(
            ByteBuf packet, DnsQuestion question, Channel channel, Consumer<ByteBuf> send) {
        var ask = upstream;
        if (ask == null) {
            return;
        }
        ask.ask(packet.copy())
                .whenComplete((answered, failed) -> {
                    if (answered != null) {
                        send.accept(answered);
                        return;
                    }
                    var out = channel.alloc().buffer(DnsQuestion.HEADER);
                    DnsReply.failure(out, question.id(), DnsReply.SERVER_FAILURE);
                    send.accept(out);
                });
    }

    private final class Datagrams extends SimpleChannelInboundHandler<DatagramPacket> {
        @Override
        protected void channelRead0(ChannelHandlerContext context, DatagramPacket packet) {
            var sender = packet.sender();
            answer(
                    packet.content(),
                    context.channel(),
                    Ipv4.of(sender.getAddress()),
                    true,
                    out -> context.writeAndFlush(new DatagramPacket(out, sender)));
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            // One packet is lost, as any may be: its sender asks again.
        }
    }

    private final class Connections extends ChannelInitializer<Channel> {
        @Override
        protected void initChannel(Channel channel) {
            channel.pipeline()
                    .addLast(new LengthFieldBasedFrameDecoder(LARGEST + 2, 0, 2, 0, 2))
                    .addLast(new LengthFieldPrepender(2))
                    .addLast(new ReadTimeoutHandler(IDLE_SECONDS))
                    .addLast(new Messages());
        }
    }

    private final class Messages extends SimpleChannelInboundHandler<ByteBuf> {
        @Override
        protected void channelRead0(ChannelHandlerContext context, ByteBuf packet) {
            var remote = (InetSocketAddress) context.channel().remoteAddress();
            answer(
                    packet,
                    context.channel(),
                    Ipv4.of(remote.getAddress()),
                    false,
                    context::writeAndFlush);
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            context.close();
        }
    }
}
