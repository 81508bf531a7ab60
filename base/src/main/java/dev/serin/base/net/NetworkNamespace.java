package dev.serin.base.net;

import dev.serin.base.Problem;
import dev.serin.base.ProblemException;
import dev.serin.base.flow.Owner;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionException;

/// A Linux network namespace that sockets can be made in. Only socket(2) has to run inside: bind,
/// connect and accept work from any thread afterwards. So one platform thread has entered the
/// namespace for good (setns(2)) and runs what [#call] is given; never a virtual thread, whose
/// carrier would be moved along.
public final class NetworkNamespace implements AutoCloseable {
    private static final int O_RDONLY_CLOEXEC = 0x80000;
    private static final int CLONE_NEWNET = 0x40000000;

    private final Path path;
    private final Owner thread;

    /// Enters the namespace at `path`, for instance `/run/netns/pod`.
    ///
    /// @throws ProblemException if it is not there or may not be entered
    public NetworkNamespace(Path path) {
        this.path = path;
        this.thread = new Owner("netns-" + path.getFileName(), _ -> {});
        try {
            call(() -> {
                enter(path);
                return true;
            });
        } catch (RuntimeException e) {
            thread.close();
            throw e;
        }
    }

    public Path path() {
        return path;
    }

    /// Runs `task` inside and answers what it returned; blocks the caller for as long (25–100 µs
    /// for a socket).
    public <T> T call(Callable<T> task) {
        try {
            return thread.call(task).join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw e;
        }
    }

    @Override
    public void close() {
        thread.close();
    }

    private static void enter(Path path) {
        try (var arena = Arena.ofConfined()) {
            var linker = Linker.nativeLinker();
            var errno = Linker.Option.captureCallState("errno");
            var state = arena.allocate(Linker.Option.captureStateLayout());
            var open =
                    function(
                            linker,
                            "open",
                            FunctionDescriptor.of(
                                    ValueLayout.JAVA_INT,
                                    ValueLayout.ADDRESS,
                                    ValueLayout.JAVA_INT),
                            errno,
                            Linker.Option.firstVariadicArg(2));
            var setns =
                    function(
                            linker,
                            "setns",
                            FunctionDescriptor.of(
                                    ValueLayout.JAVA_INT,
                                    ValueLayout.JAVA_INT,
                                    ValueLayout.JAVA_INT),
                            errno);
            var close =
                    function(
                            linker,
                            "close",
                            FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));
            int fd =
                    (int)
                            open.invokeExact(
                                    state, arena.allocateFrom(path.toString()), O_RDONLY_CLOEXEC);
            if (fd < 0) {
                throw failed(path, "open", errnoOf(state));
            }
            int entered = (int) setns.invokeExact(state, fd, CLONE_NEWNET);
            var error = errnoOf(state);
            int ignored = (int) close.invokeExact(fd);
            if (entered != 0) {
                throw failed(path, "setns", error);
            }
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) { // which invokeExact declares
            throw new IllegalStateException("network namespace " + path, e);
        }
    }

    @SuppressWarnings("restricted") // the whole point: two calls into libc
    private static MethodHandle function(
            Linker linker, String name, FunctionDescriptor type, Linker.Option... options) {
        return linker.downcallHandle(linker.defaultLookup().findOrThrow(name), type, options);
    }

    private static int errnoOf(java.lang.foreign.MemorySegment state) {
        StructLayout layout = Linker.Option.captureStateLayout();
        return (int)
                layout.varHandle(MemoryLayout.PathElement.groupElement("errno")).get(state, 0L);
    }

    private static ProblemException failed(Path path, String call, int errno) {
        return new ProblemException(
                new Problem(
                        "network namespace " + path,
                        call + " failed with errno " + errno,
                        "a namespace made by `ip netns add`, and the right to enter it",
                        errno == 1
                                ? "run as root, or inside the user namespace that made it"
                                : "see that the path exists"));
    }
}
