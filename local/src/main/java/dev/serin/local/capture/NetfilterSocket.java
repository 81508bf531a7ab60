package dev.serin.local.capture;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/// A socket of family AF_NETLINK to the kernel's packet filter, for one batch. Java has none, so
/// the calls go to libc.
final class NetfilterSocket {
    /// The error of one who lacks CAP_NET_ADMIN in the namespace.
    static final int NOT_PERMITTED = 1;

    private static final int AF_NETLINK = 16;
    private static final int SOCK_RAW_CLOEXEC = 3 | 0x80000;
    private static final int NETLINK_NETFILTER = 12;
    private static final int SOL_SOCKET = 1;
    private static final int SO_SNDBUF = 7;
    private static final int SO_SNDBUFFORCE = 32;
    private static final int MSG_DONTWAIT = 0x40;
    private static final int NLMSG_ERROR = 2;
    private static final int EINVAL = 22;
    private static final int NOTHING_MORE = 11;
    private static final int LARGEST_ANSWER = 64 * 1024;

    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;

    private static final MethodHandle SOCKET =
            function("socket", FunctionDescriptor.of(INT, INT, INT, INT));
    private static final MethodHandle SETSOCKOPT =
            function(
                    "setsockopt",
                    FunctionDescriptor.of(INT, INT, INT, INT, ValueLayout.ADDRESS, INT));
    private static final MethodHandle SEND =
            function("send", FunctionDescriptor.of(LONG, INT, ValueLayout.ADDRESS, LONG, INT));
    private static final MethodHandle RECV =
            function("recv", FunctionDescriptor.of(LONG, INT, ValueLayout.ADDRESS, LONG, INT));
    private static final MethodHandle CLOSE = function("close", FunctionDescriptor.of(INT, INT));

    private NetfilterSocket() {}

    /// Sends `batch` in the network namespace that the calling thread is in, and reads what the
    /// kernel says, which it has done by the time that it took the batch.
    ///
    /// @return 0, or the number of the first error
    static int send(byte[] batch) {
        try (var arena = Arena.ofConfined()) {
            var state = arena.allocate(Linker.Option.captureStateLayout());
            int socket =
                    (int)
                            SOCKET.invokeExact(
                                    state, AF_NETLINK, SOCK_RAW_CLOEXEC, NETLINK_NETFILTER);
            if (socket < 0) {
                return errno(state);
            }
            try {
                widen(arena, state, socket, batch.length);
                var octets = arena.allocateFrom(ValueLayout.JAVA_BYTE, batch);
                long sent = (long) SEND.invokeExact(state, socket, octets, (long) batch.length, 0);
                return sent < 0 ? errno(state) : answer(arena, state, socket);
            } finally {
                int _ = (int) CLOSE.invokeExact(state, socket);
            }
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) { // which invokeExact declares
            throw new IllegalStateException("netlink", e);
        }
    }

    // The batch must fit in the socket's buffer as a whole; more than the machine's usual bound is
    // the right of those who may load rules.
    private static void widen(Arena arena, MemorySegment state, int socket, int length)
            throws Throwable {
        var size = arena.allocateFrom(INT, length + LARGEST_ANSWER);
        int forced =
                (int) SETSOCKOPT.invokeExact(state, socket, SOL_SOCKET, SO_SNDBUFFORCE, size, 4);
        if (forced != 0) {
            int _ = (int) SETSOCKOPT.invokeExact(state, socket, SOL_SOCKET, SO_SNDBUF, size, 4);
        }
    }

    // An error that is met also brings one for the batch's end: the first says what is wrong.
    private static int answer(Arena arena, MemorySegment state, int socket) throws Throwable {
        var buffer = arena.allocate(LARGEST_ANSWER, 8);
        while (true) {
            long read =
                    (long)
                            RECV.invokeExact(
                                    state, socket, buffer, (long) LARGEST_ANSWER, MSG_DONTWAIT);
            if (read <= 0) {
                return read < 0 && errno(state) != NOTHING_MORE ? errno(state) : 0;
            }
            for (long at = 0; at + 20 <= read; ) {
                var length = buffer.get(INT, at);
                if (buffer.get(ValueLayout.JAVA_SHORT, at + 4) == NLMSG_ERROR
                        && buffer.get(INT, at + 16) != 0) {
                    return -buffer.get(INT, at + 16);
                }
                if (length < 16) {
                    return EINVAL;
                }
                at += (length + 3) & ~3;
            }
        }
    }

    private static int errno(MemorySegment state) {
        return (int)
                Linker.Option.captureStateLayout()
                        .varHandle(MemoryLayout.PathElement.groupElement("errno"))
                        .get(state, 0L);
    }

    @SuppressWarnings("restricted") // the whole point: calls into libc
    private static MethodHandle function(String name, FunctionDescriptor type) {
        var linker = Linker.nativeLinker();
        return linker.downcallHandle(
                linker.defaultLookup().findOrThrow(name),
                type,
                Linker.Option.captureCallState("errno"));
    }
}
