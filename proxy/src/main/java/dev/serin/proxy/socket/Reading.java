package dev.serin.proxy.socket;

import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.RecvByteBufAllocator;

/// How much of a connection's octets is read at once.
public final class Reading {
    /// Four times 64 KB: what a pass of the event loop reads should still be in the core's cache
    /// when it is written. Sixteen reads, as Netty does by itself, cost 5 to 8 % more for large
    /// bodies.
    private static final int READS = 4;

    private Reading() {}

    /// For connections, accepted and made; one may serve many.
    public static RecvByteBufAllocator usual() {
        return new AdaptiveRecvByteBufAllocator().maxMessagesPerRead(READS);
    }
}
