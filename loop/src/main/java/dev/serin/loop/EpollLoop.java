package dev.serin.loop;

import io.netty.channel.IoHandle;
import io.netty.channel.IoHandler;
import io.netty.channel.IoHandlerContext;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.IoOps;
import io.netty.channel.IoRegistration;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollIoOps;

/// Netty's epoll, where a channel that waited for nothing may wait for something again. Netty takes
/// the file of such a channel out of epoll and forgets that it did: the next wish fails (ENOENT),
/// and what was still to be written is lost. It is met by a half-closed connection whose reading is
/// not automatic (seen in 4.2.18, the same in 4.2.20). Each handler belongs to one event loop.
public final class EpollLoop {
    private EpollLoop() {}

    /// Makes what an event loop group is given.
    public static IoHandlerFactory newFactory() {
        var netty = EpollIoHandler.newFactory();
        return executor -> new Handler(netty.newHandler(executor));
    }

    private record Handler(IoHandler netty) implements IoHandler {
        @Override
        public void initialize() {
            netty.initialize();
        }

        @Override
        public int run(IoHandlerContext context) {
            return netty.run(context);
        }

        @Override
        public void prepareToDestroy() {
            netty.prepareToDestroy();
        }

        @Override
        public void destroy() {
            netty.destroy();
        }

        @Override
        public IoRegistration register(IoHandle handle) throws Exception {
            return new Registration(netty, handle);
        }

        @Override
        public void wakeup() {
            netty.wakeup();
        }

        @Override
        public boolean isCompatible(Class<? extends IoHandle> type) {
            return netty.isCompatible(type);
        }
    }

    /// A registration that is replaced by a new one when it is used after it was without a wish.
    private static final class Registration implements IoRegistration {
        private final IoHandler netty;
        private final IoHandle handle;
        private volatile IoRegistration current;
        private boolean takenOut;

        Registration(IoHandler netty, IoHandle handle) throws Exception {
            this.netty = netty;
            this.handle = handle;
            this.current = netty.register(handle);
        }

        @Override
        @SuppressWarnings("TypeParameterUnusedInFormals") // as Netty declares it
        public <T> T attachment() {
            return current.attachment();
        }

        @Override
        public long submit(IoOps wish) {
            var nothing = EpollIoOps.NONE.equals(wish);
            if (takenOut && !nothing && current.isValid()) {
                current.cancel();
                try {
                    current = netty.register(handle);
                } catch (Exception e) {
                    throw new IllegalStateException("epoll takes no file any more", e);
                }
            }
            if (takenOut && nothing) {
                return 0;
            }
            takenOut = nothing;
            return current.submit(wish);
        }

        @Override
        public boolean isValid() {
            return current.isValid();
        }

        @Override
        public boolean cancel() {
            return current.cancel();
        }
    }
}
