package dev.serin.local.dns;

import dev.serin.base.lifecycle.LeftOver;
import dev.serin.base.time.Timers;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFactory;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.DatagramPacket;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/// Asks resolvers by UDP, the next one after two seconds without an answer. Queries get numbers of
/// its own on one socket, so that two askers with the same number are kept apart.
public final class UdpUpstream implements Upstream, AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    private final Supplier<List<InetSocketAddress>> resolvers;
    private final Timers timers;
    private final Channel socket;
    private final AtomicInteger ids = new AtomicInteger();
    private final Map<Integer, Asked> asked = new ConcurrentHashMap<>();
    private final LeftOver.Held held = LeftOver.hold("dns", "upstream");

    /// @param resolvers of this moment, in order of preference; must not block
    /// @param factory makes the socket in the namespace from which they can be reached
    public UdpUpstream(
            Supplier<List<InetSocketAddress>> resolvers,
            EventLoopGroup loops,
            ChannelFactory<? extends DatagramChannel> factory,
            Timers timers) {
        this.resolvers = resolvers;
        this.timers = timers;
        this.socket =
                new Bootstrap()
                        .group(loops)
                        .channelFactory(factory)
                        .handler(new Answers())
                        .bind(new InetSocketAddress(0))
                        .syncUninterruptibly()
                        .channel();
    }

    @Override
    public CompletionStage<ByteBuf> ask(ByteBuf query) {
        var answer = new CompletableFuture<ByteBuf>();
        var id = ids.getAndIncrement() & 0xffff;
        var one = new Asked(query, query.getUnsignedShort(query.readerIndex()), answer);
        if (asked.putIfAbsent(id, one) != null) {
            query.release();
            answer.completeExceptionally(new TimeoutException("65536 queries are under way"));
            return answer;
        }
        query.setShort(query.readerIndex(), id);
        send(id, one, 0);
        return answer;
    }

    @Override
    public void close() {
        socket.close().syncUninterruptibly();
        socket.eventLoop()
                .submit(() -> List.copyOf(asked.keySet()).forEach(this::giveUp))
                .syncUninterruptibly();
        held.release();
    }

    private void send(int id, Asked one, int resolver) {
        if (one.answer.isDone()) {
            return;
        }
        var now = resolvers.get();
        if (resolver >= now.size() || !socket.isOpen()) {
            giveUp(id);
            return;
        }
        socket.writeAndFlush(new DatagramPacket(one.query.retainedDuplicate(), now.get(resolver)));
        timers.after(PATIENCE, () -> socket.eventLoop().execute(() -> send(id, one, resolver + 1)));
    }

    private void giveUp(int id) {
        var one = asked.remove(id);
        if (one != null) {
            one.query.release();
            one.answer.completeExceptionally(new TimeoutException("no resolver answered"));
        }
    }

    private record Asked(ByteBuf query, int id, CompletableFuture<ByteBuf> answer) {}

    private final class Answers extends SimpleChannelInboundHandler<DatagramPacket> {
        @Override
        protected void channelRead0(ChannelHandlerContext context, DatagramPacket packet) {
            var content = packet.content();
            if (content.readableBytes() < DnsQuestion.HEADER
                    || !resolvers.get().contains(packet.sender())) {
                return;
            }
            var one = asked.remove(content.getUnsignedShort(content.readerIndex()));
            if (one == null) {
                return;
            }
            one.query.release();
            var answer = content.copy();
            answer.setShort(answer.readerIndex(), one.id);
            if (!one.answer.complete(answer)) {
                answer.release();
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            // As a lost packet: the next resolver is asked when patience ends.
        }
    }
}
