package dev.serin.local.host;

import dev.serin.base.Problem;
import dev.serin.base.ProblemException;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.List;

/// Another program in this process's place: what was loaded to get here is gone, while the number,
/// the terminal and whoever waits for its end stay. As execv(2) and close_range(2).
public final class Successor {
    private static final int STANDARD = 3;
    private static final int CLOSE_ON_EXEC = 4;

    private Successor() {}

    /// Does not return where it succeeds.
    ///
    /// @param command the program's path, then its arguments; the environment stays
    /// @throws ProblemException if it can't be started
    public static void become(List<String> command) {
        try (var arena = Arena.ofConfined()) {
            var words =
                    arena.allocate(ValueLayout.ADDRESS, command.size() + 1L); // the last stays NULL
            for (var i = 0; i < command.size(); i++) {
                words.setAtIndex(ValueLayout.ADDRESS, i, arena.allocateFrom(command.get(i)));
            }
            // Where the kernel does not know it, the successor has a few files open that it does
            // not use.
            int _ = (int) closeRange().invokeExact(STANDARD, -1, CLOSE_ON_EXEC);
            int _ = (int) execv().invokeExact(words.getAtIndex(ValueLayout.ADDRESS, 0), words);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) { // which invokeExact declares
            throw new IllegalStateException("execv", e);
        }
        throw new ProblemException(
                new Problem(
                        command.getFirst(),
                        "it can't be started",
                        "a program",
                        "build anew: touch a source and run ./serin version"));
    }

    private static MethodHandle execv() {
        return function(
                "execv",
                FunctionDescriptor.of(
                        ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.ADDRESS));
    }

    private static MethodHandle closeRange() {
        return function(
                "close_range",
                FunctionDescriptor.of(
                        ValueLayout.JAVA_INT,
                        ValueLayout.JAVA_INT,
                        ValueLayout.JAVA_INT,
                        ValueLayout.JAVA_INT));
    }

    @SuppressWarnings("restricted") // two calls into libc
    private static MethodHandle function(String name, FunctionDescriptor form) {
        var linker = Linker.nativeLinker();
        return linker.downcallHandle(linker.defaultLookup().findOrThrow(name), form);
    }
}
