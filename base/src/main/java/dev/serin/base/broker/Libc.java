package dev.serin.base.broker;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.util.stream.Stream;

/// The system calls that Java does not offer, as the broker and its clients need them. A failure is
/// an [Errno]. Safe for any thread; each call runs in the calling thread's namespaces.
final class Libc {
    private static final Linker LINKER = Linker.nativeLinker();
    private static final Linker.Option ERRNO = Linker.Option.captureCallState("errno");
    private static final VarHandle ERROR =
            Linker.Option.captureStateLayout()
                    .varHandle(MemoryLayout.PathElement.groupElement("errno"));

    private static final MethodHandle SOCKET =
            function("socket", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT));
    private static final MethodHandle SETSOCKOPT =
            function(
                    "setsockopt",
                    FunctionDescriptor.of(
                            JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT));
    private static final MethodHandle GETSOCKOPT =
            function(
                    "getsockopt",
                    FunctionDescriptor.of(
                            JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS, ADDRESS));
    private static final MethodHandle BIND = onAddress("bind");
    private static final MethodHandle CONNECT = onAddress("connect");
    private static final MethodHandle LISTEN =
            function("listen", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT));
    private static final MethodHandle ACCEPT =
            function(
                    "accept4",
                    FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, ADDRESS, JAVA_INT));
    private static final MethodHandle SENDMSG = message("sendmsg");
    private static final MethodHandle RECVMSG = message("recvmsg");
    private static final MethodHandle SHUTDOWN =
            function("shutdown", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT));
    private static final MethodHandle OPEN =
            function(
                    "open",
                    FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT),
                    Linker.Option.firstVariadicArg(2));
    private static final MethodHandle SETNS =
            function("setns", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT));
    private static final MethodHandle DUP3 =
            function("dup3", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT));
    private static final MethodHandle CLOSE =
            function("close", FunctionDescriptor.of(JAVA_INT, JAVA_INT));

    private Libc() {}

    /// What a system call answered instead of a result.
    static final class Errno extends IOException {
        private final int number;

        Errno(String call, int number) {
            super(call + " failed with errno " + number);
            this.number = number;
        }

        int number() {
            return number;
        }
    }

    static int socket(int domain, int type) throws Errno {
        return call("socket", state -> (int) SOCKET.invokeExact(state, domain, type, 0));
    }

    /// @param value of the option's own size
    static void setOption(int fd, int level, int option, MemorySegment value) throws Errno {
        var size = (int) value.byteSize();
        call(
                "setsockopt " + level + "/" + option,
                state -> (int) SETSOCKOPT.invokeExact(state, fd, level, option, value, size));
    }

    /// Fills `value`, which is of the option's own size.
    static void option(int fd, int level, int option, MemorySegment value) throws Errno {
        try (var arena = Arena.ofConfined()) {
            var size = arena.allocateFrom(JAVA_INT, (int) value.byteSize());
            call(
                    "getsockopt " + level + "/" + option,
                    state -> (int) GETSOCKOPT.invokeExact(state, fd, level, option, value, size));
        }
    }

    static void bind(int fd, MemorySegment address) throws Errno {
        var size = (int) address.byteSize();
        call("bind", state -> (int) BIND.invokeExact(state, fd, address, size));
    }

    static void connect(int fd, MemorySegment address) throws Errno {
        var size = (int) address.byteSize();
        call("connect", state -> (int) CONNECT.invokeExact(state, fd, address, size));
    }

    static void listen(int fd, int backlog) throws Errno {
        call("listen", state -> (int) LISTEN.invokeExact(state, fd, backlog));
    }

    static int accept(int fd, int flags) throws Errno {
        return call(
                "accept",
                state ->
                        (int)
                                ACCEPT.invokeExact(
                                        state, fd, MemorySegment.NULL, MemorySegment.NULL, flags));
    }

    static int send(int fd, MemorySegment message, int flags) throws Errno {
        return call(
                "sendmsg", state -> (int) (long) SENDMSG.invokeExact(state, fd, message, flags));
    }

    static int receive(int fd, MemorySegment message, int flags) throws Errno {
        return call(
                "recvmsg", state -> (int) (long) RECVMSG.invokeExact(state, fd, message, flags));
    }

    static int open(String path, int flags) throws Errno {
        try (var arena = Arena.ofConfined()) {
            var name = arena.allocateFrom(path);
            return call("open", state -> (int) OPEN.invokeExact(state, name, flags));
        }
    }

    /// Moves the calling thread, which must be a platform thread.
    static void enter(int fd, int kind) throws Errno {
        call("setns", state -> (int) SETNS.invokeExact(state, fd, kind));
    }

    /// `to` becomes another number of what `fd` is.
    static void become(int fd, int to, int flags) throws Errno {
        call("dup3", state -> (int) DUP3.invokeExact(state, fd, to, flags));
    }

    /// Wakes whoever waits for `fd` to receive or accept.
    static void shutdown(int fd) {
        try {
            call("shutdown", state -> (int) SHUTDOWN.invokeExact(state, fd, 2));
        } catch (Errno _) {
            // The other end was faster.
        }
    }

    /// For what is to be forgotten: a failure is none of anybody's.
    static void close(int fd) {
        try {
            call("close", state -> (int) CLOSE.invokeExact(state, fd));
        } catch (Errno _) {
            // It is closed.
        }
    }

    private interface Call {
        // What invokeExact declares.
        @SuppressWarnings("IllegalThrows")
        int run(MemorySegment state) throws Throwable;
    }

    private static int call(String name, Call call) throws Errno {
        try (var arena = Arena.ofConfined()) {
            var state = arena.allocate(Linker.Option.captureStateLayout());
            int result = call.run(state);
            if (result < 0) {
                throw new Errno(name, (int) ERROR.get(state, 0L));
            }
            return result;
        } catch (Errno | RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) { // which invokeExact declares
            throw new IllegalStateException(name, e);
        }
    }

    private static MethodHandle onAddress(String name) {
        return function(name, FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT));
    }

    private static MethodHandle message(String name) {
        return function(name, FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_INT));
    }

    @SuppressWarnings("restricted") // the whole point: calls into libc
    private static MethodHandle function(
            String name, FunctionDescriptor type, Linker.Option... more) {
        var options = Stream.concat(Stream.of(ERRNO), Stream.of(more));
        return LINKER.downcallHandle(
                LINKER.defaultLookup().findOrThrow(name),
                type,
                options.toArray(Linker.Option[]::new));
    }
}
