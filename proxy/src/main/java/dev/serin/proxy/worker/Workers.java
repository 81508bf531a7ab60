package dev.serin.proxy.worker;

import dev.serin.base.lifecycle.LeftOver;
import dev.serin.base.time.Ticker;
import dev.serin.proxy.socket.Transport;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.EventExecutor;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

/// The event loops of one process, shared by all its data planes. Whatever belongs to a connection
/// stays on the loop that it was accepted on.
public final class Workers implements AutoCloseable {
    private final MultiThreadIoEventLoopGroup group;
    private final List<Worker> workers = new ArrayList<>();
    private final LeftOver.Held held;

    /// @param count of threads, as a rule one a core
    public Workers(int count, Transport transport, Ticker ticker) {
        this(count, transport, ticker, new Pressure(ticker, new Memory(), Pressure.Limits.USUAL));
    }

    /// @param pressure that all streams and connections ask
    public Workers(int count, Transport transport, Ticker ticker, Pressure pressure) {
        group =
                new MultiThreadIoEventLoopGroup(
                        count,
                        new DefaultThreadFactory("proxy-worker", true),
                        transport.ioHandler()) {
                    @Override
                    protected IoEventLoop newChild(
                            Executor executor, IoHandlerFactory handlers, Object... more) {
                        return new WorkerLoop(this, executor, handlers);
                    }
                };
        for (EventExecutor loop : group) {
            workers.add(
                    new Worker(
                            workers.size(), (io.netty.channel.EventLoop) loop, ticker, pressure));
        }
        held = LeftOver.hold("workers", Integer.toString(count));
    }

    public EventLoopGroup group() {
        return group;
    }

    public List<Worker> all() {
        return workers;
    }

    public int count() {
        return workers.size();
    }

    /// The worker that runs `loop`.
    public Worker of(EventExecutor loop) {
        for (var worker : workers) {
            if (worker.loop().equals(loop)) {
                return worker;
            }
        }
        throw new IllegalArgumentException("not a loop of these workers: " + loop);
    }

    @Override
    public void close() {
        group.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
        held.release();
    }
}
