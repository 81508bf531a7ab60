package dev.serin.local.capture;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.serin.base.net.NetworkNamespace;
import dev.serin.local.capture.PacketFilter.ServiceRule;
import dev.serin.local.capture.PacketFilter.Target;
import dev.serin.local.host.Inside;
import dev.serin.local.host.Namespaces;
import dev.serin.loop.EpollLoop;
import dev.serin.testkit.Child;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFactory;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.unix.IntegerUnixChannelOption;

import org.jspecify.annotations.Nullable;

import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/// Runs inside the namespaces: the contract of [PacketFilter], with the tool that is named. Every
/// listener answers its own name, so that a connection tells where it was led.
final class CaptureInside {
    private static final IntegerUnixChannelOption MARK =
            new IntegerUnixChannelOption("SO_MARK", 1, 36);

    private final EventLoopGroup group = new MultiThreadIoEventLoopGroup(2, EpollLoop.newFactory());
    private final PacketFilter filter;
    private final NetworkNamespace one;
    private final NetworkNamespace two;

    private CaptureInside(String tool) {
        var programs = Inside.programs();
        Namespaces.build(programs);
        filter =
                switch (tool) {
                    case "netlink" -> new NetlinkFilter();
                    case "nft" -> new NftFilter(programs);
                    default -> new IptablesFilter(programs);
                };
        one = pod("one", "10.244.0.2");
        two = pod("two", "10.244.0.3");
    }

    public static void main(String[] arguments) throws Exception {
        Child.ended(() -> {
            var it = new CaptureInside(arguments[0]);
            it.services();
            it.capture();
        });
    }

    private static NetworkNamespace pod(String name, String address) {
        Inside.programs()
                .need(
                        "pod",
                        List.of(
                                "sh",
                                "-ec",
                                """
                                ip netns add $0
                                ip link add $0 type veth peer name eth0 netns $0
                                ip link set $0 up; ip route add $1/32 dev $0
                                ip -netns $0 -batch - <<END
                                link set lo up
                                addr add ::6/128 dev lo nodad
                                link set eth0 up
                                addr add $1/32 dev eth0
                                route add 169.254.1.1 dev eth0
                                route add default via 169.254.1.1 dev eth0
                                END
                                """,
                                name,
                                address),
                        "");
        return new NetworkNamespace(Path.of("/run/netns/" + name));
    }

    private void services() throws Exception {
        listen(one, "0.0.0.0", 8080, "one");
        listen(two, "0.0.0.0", 8081, "two");
        var targets = List.of(new Target("10.244.0.2", 8080), new Target("10.244.0.3", 8081));
        var rules =
                List.of(
                        new ServiceRule("10.96.7.7", "tcp", 80, targets),
                        new ServiceRule("10.96.7.8", "tcp", 80, targets.subList(0, 1)),
                        new ServiceRule("10.96.7.9", "tcp", 80, List.of()),
                        new ServiceRule("10.96.7.9", "udp", 53, targets));
        filter.services(rules, PacketFilter.CLOSED);
        for (var from : new @Nullable NetworkNamespace[] {null, two}) {
            var shares = new TreeMap<String, Integer>();
            for (int i = 0; i < 20; i++) {
                shares.merge(ask(from, false, null, "10.96.7.7", 80), 1, Integer::sum);
            }
            assertEquals("{one=10, two=10}", shares.toString());
            assertEquals("one", ask(from, false, null, "10.96.7.8", 80));
            assertEquals("refused", ask(from, false, null, "10.96.7.9", 80));
            assertEquals("refused", ask(from, false, null, "10.96.7.10", 80));
        }
        // A pod that is its own service's target.
        assertEquals("one", ask(one, false, null, "10.96.7.8", 80));
        filter.services(
                List.of(new ServiceRule("10.96.7.8", "tcp", 80, targets.subList(1, 2))),
                PacketFilter.CLOSED);
        assertEquals("two", ask(one, false, null, "10.96.7.8", 80));
        assertEquals("refused", ask(one, false, null, "10.96.7.7", 80));
        filter.services(List.of(), PacketFilter.CLOSED);
        assertEquals("refused", ask(one, false, null, "10.96.7.8", 80));
    }

    private void capture() throws Exception {
        for (var port : List.of(15001, 15006, 15021, 9000)) {
            listen(one, "0.0.0.0", port, Integer.toString(port));
        }
        listen(one, "::", 9006, "9006");
        listen(null, "0.0.0.0", 7000, "router");
        filter.capture(Path.of("/run/netns/one"), Set.of(15021));
        // Inbound.
        assertEquals("15006", ask(null, false, null, "10.244.0.2", 9000));
        assertEquals("15006", ask(two, false, null, "10.244.0.2", 4321));
        assertEquals("15021", ask(null, false, null, "10.244.0.2", 15021));
        // Outbound, of the application and of the proxy.
        assertEquals("15001", ask(one, false, null, "10.96.0.1", 7000));
        assertEquals("15001", ask(one, false, null, "1.2.3.4", 80));
        assertEquals("router", ask(one, true, null, "10.96.0.1", 7000));
        assertEquals("two", ask(one, true, null, "10.244.0.3", 8081));
        // Within the pod.
        assertEquals("9000", ask(one, false, null, "127.0.0.1", 9000));
        assertEquals("9000", ask(one, false, null, "10.244.0.2", 9000));
        assertEquals("9006", ask(one, false, null, "::1", 9006));
        assertEquals("9000", ask(one, true, null, "127.0.0.1", 9000));
        assertEquals("15006", ask(one, true, null, "10.244.0.2", 9000));
        // The inbound proxy's way to the application.
        assertEquals("9000", ask(one, true, "127.0.0.6", "10.244.0.2", 9000));
        assertEquals("9000", ask(one, false, "127.0.0.6", "127.0.0.1", 9000));
        assertEquals("9006", ask(one, true, "::6", "::1", 9006));
        // Once more, with other ports: the old rules are gone.
        filter.capture(Path.of("/run/netns/one"), Set.of(9000));
        assertEquals("9000", ask(null, false, null, "10.244.0.2", 9000));
        assertEquals("15006", ask(null, false, null, "10.244.0.2", 15021));
    }

    private void listen(@Nullable NetworkNamespace in, String host, int port, String name) {
        ChannelFactory<EpollServerSocketChannel> factory =
                () ->
                        in == null
                                ? new EpollServerSocketChannel()
                                : in.call(EpollServerSocketChannel::new);
        new ServerBootstrap()
                .group(group)
                .channelFactory(factory)
                .childHandler(new Named(name))
                .bind(host, port)
                .syncUninterruptibly();
    }

    private String ask(
            @Nullable NetworkNamespace from,
            boolean marked,
            @Nullable String source,
            String host,
            int port)
            throws Exception {
        var answer = new CompletableFuture<String>();
        ChannelFactory<EpollSocketChannel> factory =
                () -> from == null ? new EpollSocketChannel() : from.call(EpollSocketChannel::new);
        var bootstrap =
                new Bootstrap().group(group).channelFactory(factory).handler(new Asking(answer));
        if (marked) {
            bootstrap.option(MARK, 0x539);
        }
        if (source != null) {
            bootstrap.localAddress(new InetSocketAddress(source, 0));
        }
        bootstrap
                .connect(host, port)
                .addListener(
                        (ChannelFutureListener)
                                connected -> {
                                    if (!connected.isSuccess()) {
                                        var why = String.valueOf(connected.cause().getMessage());
                                        answer.complete(
                                                why.contains("refused") || why.contains("No route")
                                                        ? "refused"
                                                        : why);
                                    }
                                });
        return answer.get(5, TimeUnit.SECONDS);
    }

    @ChannelHandler.Sharable
    private static final class Named extends ChannelInboundHandlerAdapter {
        private final String name;

        Named(String name) {
            this.name = name;
        }

        @Override
        public void channelActive(ChannelHandlerContext context) {
            context.writeAndFlush(Unpooled.copiedBuffer(name, StandardCharsets.UTF_8))
                    .addListener(ChannelFutureListener.CLOSE);
        }
    }

    private static final class Asking extends SimpleChannelInboundHandler<ByteBuf> {
        private final CompletableFuture<String> answer;

        Asking(CompletableFuture<String> answer) {
            this.answer = answer;
        }

        @Override
        protected void channelRead0(ChannelHandlerContext context, ByteBuf bytes) {
            answer.complete(bytes.toString(StandardCharsets.UTF_8));
            context.close();
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            answer.complete(String.valueOf(cause.getMessage()));
        }
    }
}
