package dev.serin.local.host;

import dev.serin.base.Problem;
import dev.serin.base.ProblemException;
import dev.serin.base.net.HostPort;
import dev.serin.base.time.Ticker;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.channel.unix.DomainSocketReadMode;
import io.netty.channel.unix.FileDescriptor;

import org.jspecify.annotations.Nullable;

import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;

/// The supervisor's connection to the front outside: says what is to be printed, is told to stop,
/// and is given ports of the machine. Safe for any thread but the group's own, since [#open] waits.
public final class HostLink implements HostPorts, AutoCloseable {
    private static final Duration ANSWER = Duration.ofSeconds(10);

    private final Path socket;
    private final EventLoopGroup group;
    private final Channel control;
    private volatile BooleanSupplier more = () -> false;
    private volatile boolean closing;

    /// Connects.
    ///
    /// @param socket the front's, as it told on the command line
    /// @param group epoll event loops, which also relay the connections of ports
    /// @param stop told once to stop within so long; runs on an event loop, must not block
    /// @param lost told when the front has ended without saying so: the mesh must end at once
    /// @throws ProblemException if the front does not answer
    public HostLink(Path socket, EventLoopGroup group, Consumer<Duration> stop, Runnable lost) {
        this.socket = socket;
        this.group = group;
        this.control =
                connect(
                        DomainSocketReadMode.BYTES,
                        new SimpleChannelInboundHandler<String>() {
                            @Override
                            protected void channelRead0(
                                    ChannelHandlerContext context, String line) {
                                if (line.equals("apply")) {
                                    Thread.ofVirtual().name("apply").start(HostLink.this::apply);
                                } else if (line.startsWith("stop ")) {
                                    stop.accept(
                                            Duration.ofSeconds(Long.parseLong(Lines.rest(line))));
                                }
                            }

                            @Override
                            public void channelInactive(ChannelHandlerContext context) {
                                if (!closing) {
                                    lost.run();
                                }
                            }
                        });
        Lines.send(control, "supervisor");
    }

    /// Prints a line, or several, before the person.
    public void print(String text) {
        Lines.send(control, "print " + text);
    }

    /// What is done when the person brings the running mesh more (`serin up -f`).
    ///
    /// @param apply answers whether all was taken; on a thread of its own, may block
    public void onMore(BooleanSupplier apply) {
        more = apply;
    }

    private void apply() {
        var all = false;
        try {
            all = more.getAsBoolean();
        } catch (RuntimeException e) {
            print("not applied: " + e.getMessage());
        }
        Lines.send(control, "applied " + (all ? 0 : 1));
    }

    /// Tells that the mesh is up: a detached start is done, and an end from now on is a stop.
    public void ready() {
        Lines.send(control, "ready");
    }

    @Override
    public Opened open(HostPort address, Supplier<@Nullable InetSocketAddress> backend) {
        var given = new CompletableFuture<FileDescriptor>();
        var caller = connect(DomainSocketReadMode.BYTES, new PortTaker(address, given));
        try {
            var socketGiven =
                    given.orTimeout(ANSWER.toMillis(), TimeUnit.MILLISECONDS)
                            .thenApply(FileDescriptor::intValue)
                            .join();
            return new OpenPort(address.host(), socketGiven, group, backend);
        } catch (CompletionException e) {
            if (e.getCause() instanceof ProblemException problem) {
                throw problem;
            }
            throw new ProblemException(
                    Problem.of(
                            "port " + address,
                            "the front gave no answer: " + e.getCause(),
                            "stop the mesh and start it again"),
                    e);
        } finally {
            caller.close();
        }
    }

    /// Sockets of the machine's own network; to be closed before this.
    public HostSockets sockets() {
        return new HostSockets(taker -> connect(DomainSocketReadMode.FILE_DESCRIPTORS, taker));
    }

    /// The machine's DNS servers.
    public HostResolvers resolvers(Ticker ticker) {
        return new HostResolvers(this::askForResolvers, ticker);
    }

    private CompletableFuture<List<InetSocketAddress>> askForResolvers() {
        var answer = new CompletableFuture<List<InetSocketAddress>>();
        connected(DomainSocketReadMode.BYTES, new ResolverTaker(answer))
                .addListener(done -> {
                    if (!done.isSuccess()) {
                        answer.complete(List.of());
                    }
                });
        return answer;
    }

    @Override
    public void close() {
        closing = true;
        control.close().awaitUninterruptibly(ANSWER.toMillis());
    }

    private Channel connect(DomainSocketReadMode mode, ChannelHandler handler) {
        var connected = connected(mode, handler);
        if (!connected.awaitUninterruptibly(ANSWER.toMillis()) || !connected.isSuccess()) {
            throw new ProblemException(
                    Problem.of(
                            "socket " + socket,
                            "the front does not answer",
                            "start the mesh by `serin up`"));
        }
        return connected.channel();
    }

    private ChannelFuture connected(DomainSocketReadMode mode, ChannelHandler handler) {
        return new Bootstrap()
                .group(group)
                .channel(EpollDomainSocketChannel.class)
                .option(EpollChannelOption.DOMAIN_SOCKET_READ_MODE, mode)
                .handler(
                        new ChannelInitializer<EpollDomainSocketChannel>() {
                            @Override
                            protected void initChannel(EpollDomainSocketChannel channel) {
                                Lines.read(channel.pipeline());
                                channel.pipeline().addLast(handler);
                            }
                        })
                .connect(new DomainSocketAddress(socket.toString()));
    }

    /// This side of a `resolvers` request.
    private static final class ResolverTaker extends SimpleChannelInboundHandler<String> {
        private final CompletableFuture<List<InetSocketAddress>> answer;

        ResolverTaker(CompletableFuture<List<InetSocketAddress>> answer) {
            this.answer = answer;
        }

        @Override
        public void channelActive(ChannelHandlerContext context) {
            Lines.send(context.channel(), "resolvers");
        }

        @Override
        protected void channelRead0(ChannelHandlerContext context, String line) {
            answer.complete(
                    Stream.of(Lines.rest(line).split(" "))
                            .filter(address -> !address.isEmpty())
                            .map(address -> new InetSocketAddress(address, 53))
                            .toList());
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            answer.complete(List.of());
        }
    }

    /// This side of one `port` request.
    private static final class PortTaker extends SimpleChannelInboundHandler<Object> {
        private final HostPort address;
        private final CompletableFuture<FileDescriptor> given;

        PortTaker(HostPort address, CompletableFuture<FileDescriptor> given) {
            this.address = address;
            this.given = given;
        }

        @Override
        public void channelActive(ChannelHandlerContext context) {
            Lines.send(context.channel(), "port " + address.host() + " " + address.port());
        }

        @Override
        protected void channelRead0(ChannelHandlerContext context, Object message) {
            if (message instanceof FileDescriptor descriptor) {
                given.complete(descriptor);
            } else if (message instanceof String line && line.startsWith("ok ")) {
                // The socket comes beside a byte, which a plain read would swallow: so first change
                // over, then ask for it.
                ((EpollDomainSocketChannel) context.channel())
                        .config()
                        .setReadMode(DomainSocketReadMode.FILE_DESCRIPTORS);
                Lines.send(context.channel(), "send");
            } else if (message instanceof String line) {
                given.completeExceptionally(new ProblemException(Lines.problem(line)));
            }
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            given.completeExceptionally(
                    new ProblemException(
                            Problem.of(
                                    "port " + address,
                                    "the front ended",
                                    "start the mesh again by `serin up`")));
        }
    }
}
