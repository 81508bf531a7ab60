package dev.serin.local.host;

import dev.serin.base.Problem;
import dev.serin.base.ProblemException;
import dev.serin.base.net.HostPort;
import dev.serin.loop.EpollLoop;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.channel.unix.DomainSocketChannel;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/// The outside of a mesh: the small process that the person started. It starts the supervisor in
/// namespaces of its own, prints what it says, gives it ports of the machine, and stops it. With
/// the supervisor ends every process, mount and namespace of the mesh; one that dies after the mesh
/// was up is started again, on what is stored. When the front dies so does the supervisor.
public final class Front {
    private static final int LAST_SECONDS = 15;

    private final Start start;
    private final Programs programs;
    private final Consumer<String> print;
    private final List<String> printed = new ArrayList<>();
    private final List<Channel> watching = new ArrayList<>();
    private final List<Channel> applying = new ArrayList<>();
    private @Nullable Process process;
    private @Nullable Channel supervisor;
    private boolean ready;
    private int stops;
    private long stopSeconds;

    /// What is to be started.
    ///
    /// @param state the mesh's own folder, where the lock, the socket and the supervisor's log are
    /// @param supervisor the command; the path of the front's socket is added as its last word
    /// @param root whether this user is root, who needs no user namespace
    /// @param grace how long a stop may take before everything is killed
    public record Start(
            String mesh,
            Path state,
            List<String> supervisor,
            Map<String, String> environment,
            boolean root,
            Duration grace) {
        /// Where the front listens.
        public Path socket() {
            return state.resolve("front.sock");
        }

        /// What the supervisor prints to its own output.
        public Path log() {
            return state.resolve("supervisor.log");
        }
    }

    /// @param print a line for the person; called on the front's threads, one at a time
    public Front(Start start, Programs programs, Consumer<String> print) {
        this.start = start;
        this.programs = programs;
        this.print = print;
    }

    /// Starts the mesh and blocks until it has ended.
    ///
    /// @return 0 if it was stopped; 1 if it ended by itself, which was then printed
    /// @throws ProblemException if it can't be started
    public int run() {
        return run(() -> {});
    }

    /// The same.
    ///
    /// @param ours run once the mesh is this front's and before anything of it starts: what is
    ///   written for its supervisor must not reach one that another front runs
    public int run(Runnable ours) {
        try (var _ = MeshLock.take(start.state, start.mesh)) {
            ours.run();
            new Unshare(programs, start.root).check();
            var group = new MultiThreadIoEventLoopGroup(1, EpollLoop.newFactory());
            try {
                return serve(group);
            } finally {
                group.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly(2000);
            }
        }
    }

    /// Stops the mesh: in good order the first time, at once the second. Returns at once; [#run]
    /// returns when it is done. For any thread, a signal's too.
    public void stop() {
        stop(start.grace.toSeconds());
    }

    private synchronized void stop(long seconds) {
        stops++;
        stopSeconds = seconds;
        var mesh = process;
        if (mesh == null) {
            return;
        }
        if (stops == 1 && supervisor != null) {
            print("Stopping mesh '" + start.mesh + "'.");
            Lines.send(supervisor, "stop " + seconds);
            mesh.onExit()
                    .orTimeout(seconds + 3, TimeUnit.SECONDS)
                    .whenComplete((_, late) -> {
                        if (late != null) {
                            mesh.destroyForcibly();
                        }
                    });
        } else {
            mesh.destroyForcibly();
        }
    }

    private int serve(EventLoopGroup group) {
        var listening = listen(group);
        try {
            int code;
            do {
                var mesh = launch();
                synchronized (this) {
                    process = mesh;
                    if (stops > 0) {
                        mesh.destroyForcibly();
                    }
                }
                code = mesh.waitFor();
            } while (startsAgain(code));
            return ended(code);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            if (process != null) {
                process.destroyForcibly();
            }
            return 1;
        } finally {
            listening.close().awaitUninterruptibly(2000);
            try {
                Files.deleteIfExists(start.socket());
            } catch (IOException _) {
                // The next start replaces it.
            }
        }
    }

    private Channel listen(EventLoopGroup group) {
        var path = start.socket();
        if (path.toString().length() > 100) {
            throw new ProblemException(
                    new Problem(
                            "state folder " + start.state,
                            "its name is too long for a Unix socket in it",
                            "at most 100 letters",
                            "set XDG_STATE_HOME to a shorter folder"));
        }
        try {
            Files.deleteIfExists(path);
        } catch (IOException e) {
            throw new ProblemException(
                    Problem.of("socket " + path, String.valueOf(e.getMessage()), "remove it"), e);
        }
        var bound =
                new ServerBootstrap()
                        .group(group)
                        .channel(EpollServerDomainSocketChannel.class)
                        .childHandler(
                                new ChannelInitializer<DomainSocketChannel>() {
                                    @Override
                                    protected void initChannel(DomainSocketChannel channel) {
                                        Lines.read(channel.pipeline());
                                        channel.pipeline().addLast(new Caller());
                                    }
                                })
                        .bind(new DomainSocketAddress(path.toString()))
                        .awaitUninterruptibly();
        if (!bound.isSuccess()) {
            throw new ProblemException(
                    Problem.of(
                            "socket " + path,
                            String.valueOf(bound.cause().getMessage()),
                            "make its folder writable"));
        }
        return bound.channel();
    }

    private Process launch() {
        var supervised = new ArrayList<>(start.supervisor);
        supervised.add(start.socket().toString());
        var builder =
                new ProcessBuilder(new Unshare(programs, start.root).command(supervised))
                        .redirectInput(Path.of("/dev/null").toFile())
                        .redirectErrorStream(true)
                        .redirectOutput(start.log().toFile());
        builder.environment().putAll(start.environment);
        builder.environment().put("PATH", programs.path());
        try {
            return builder.start();
        } catch (IOException e) {
            throw new ProblemException(
                    Problem.of(
                            "supervisor",
                            String.valueOf(e.getMessage()),
                            "see that " + start.log() + " can be written"),
                    e);
        }
    }

    /// One that has not come up would not the next time either.
    private synchronized boolean startsAgain(int code) {
        if (stops > 0 || !ready) {
            return false;
        }
        print(problem(code, "it is started again, on what is stored").text());
        ready = false;
        supervisor = null;
        return true;
    }

    private synchronized int ended(int code) {
        var exit = stops > 0 ? 0 : 1;
        if (stops == 0) {
            print(problem(code, "see " + start.log() + ", then start it again").text());
        }
        watching.forEach(channel ->
                channel.writeAndFlush(Lines.line("ended " + exit))
                        .addListener(ChannelFutureListener.CLOSE)
                        .awaitUninterruptibly(1000));
        return exit;
    }

    private Problem problem(int code, String cure) {
        return Problem.of(
                "mesh '" + start.mesh + "'",
                "its supervisor ended with "
                        + code
                        + lastWords()
                        + (ready ? "" : ", before the mesh was up"),
                cure);
    }

    private String lastWords() {
        try {
            var lines = Files.readAllLines(start.log());
            var from = Math.max(0, lines.size() - 5);
            return lines.isEmpty()
                    ? ""
                    : " (" + String.join(" / ", lines.subList(from, lines.size())) + ")";
        } catch (IOException _) {
            return "";
        }
    }

    private synchronized void print(String text) {
        print.accept(text);
        printed.add(text);
        watching.forEach(channel -> Lines.send(channel, "print " + text));
    }

    private synchronized void supervised(Channel channel) {
        supervisor = channel;
        if (stops > 0) {
            Lines.send(channel, "stop " + stopSeconds);
        }
    }

    private synchronized void watch(Channel channel) {
        printed.forEach(text -> Lines.send(channel, "print " + text));
        if (ready) {
            Lines.send(channel, "ready");
        }
        watching.add(channel);
        channel.closeFuture().addListener(_ -> forget(channel));
    }

    private synchronized void apply(Channel channel) {
        if (supervisor == null || !ready) {
            Lines.send(
                    channel, "print mesh '" + start.mesh + "' is not up yet: try again when it is");
            channel.writeAndFlush(Lines.line("ended 1")).addListener(ChannelFutureListener.CLOSE);
            return;
        }
        watching.add(channel);
        applying.add(channel);
        channel.closeFuture().addListener(_ -> forget(channel));
        Lines.send(supervisor, "apply");
    }

    private synchronized void applied(String code) {
        // A copy: one that is closed is forgotten at once.
        List.copyOf(applying)
                .forEach(channel ->
                        channel.writeAndFlush(Lines.line(code.equals("0") ? "ready" : "ended 1"))
                                .addListener(ChannelFutureListener.CLOSE));
        applying.clear();
    }

    private synchronized void forget(Channel channel) {
        watching.remove(channel);
        applying.remove(channel);
    }

    private synchronized void becameReady() {
        ready = true;
        watching.forEach(channel -> Lines.send(channel, "ready"));
    }

    /// Whoever calls on the socket; see [Lines] for the words.
    private final class Caller extends SimpleChannelInboundHandler<String> {
        private @Nullable Process supervised;

        @Override
        protected void channelRead0(ChannelHandlerContext context, String line) {
            var words = line.split(" ");
            switch (words[0]) {
                case "supervisor" -> {
                    supervised = process;
                    supervised(context.channel());
                }
                case "print" -> print(Lines.rest(line));
                case "ready" -> becameReady();
                case "watch" -> watch(context.channel());
                case "apply" -> apply(context.channel());
                case "applied" -> applied(Lines.rest(line));
                case "stop" -> {
                    watch(context.channel());
                    stop(Long.parseLong(words[1]));
                }
                case "port" -> {
                    var giver = new PortGiver(new HostPort(words[1], Integer.parseInt(words[2])));
                    context.pipeline().replace(this, "port", giver);
                    giver.open(context.channel());
                }
                case "sockets" -> context.pipeline().replace(this, "sockets", new SocketGiver());
                case "resolvers" ->
                        context.writeAndFlush(Lines.line("resolvers " + Resolvers.ofMachine()))
                                .addListener(ChannelFutureListener.CLOSE);
                default -> context.close();
            }
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            var mesh = supervised;
            if (mesh != null) {
                // Its end is near; should it hang without us, it must not stay.
                context.channel()
                        .eventLoop()
                        .schedule(mesh::destroyForcibly, LAST_SECONDS, TimeUnit.SECONDS);
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            context.close();
        }
    }
}
