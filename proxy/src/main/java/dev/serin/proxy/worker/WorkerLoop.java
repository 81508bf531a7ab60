package dev.serin.proxy.worker;

import io.netty.channel.IoEventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.SingleThreadIoEventLoop;

import java.util.concurrent.Executor;

/// An event loop that closes its connections when it ends. Netty 4.2's own does not if it is told
/// to end between its look whether it was and the end of its round: so it goes one round more.
final class WorkerLoop extends SingleThreadIoEventLoop {
    private boolean lastRound;

    WorkerLoop(IoEventLoopGroup parent, Executor executor, IoHandlerFactory handlers) {
        super(parent, executor, handlers);
    }

    @Override
    protected boolean confirmShutdown() {
        if (isShuttingDown() && !lastRound) {
            lastRound = true;
            execute(() -> {}); // else the round might wait for something to happen
            return false;
        }
        return super.confirmShutdown();
    }
}
