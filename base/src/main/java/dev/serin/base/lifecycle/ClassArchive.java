package dev.serin.base.lifecycle;

import dev.serin.base.time.Timers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// The cache of loaded classes that this process has started from (`-XX:AOTCache`), as far as it is
/// only read. A start goes through all of it, and half is never looked at again.
public final class ClassArchive {
    private static final Path MAPS = Path.of("/proc/self/maps");
    private static final Pattern READ_ONLY =
            Pattern.compile("([0-9a-f]+)-([0-9a-f]+) r--p .*\\.aot( \\(deleted\\))?");
    private static final int MADV_DONTNEED = 4;
    private static final Duration EVERY = Duration.ofSeconds(10);

    /// Octets of this process from one address to before another.
    record Region(long from, long to) {}

    private ClassArchive() {}

    /// Gives its pages back to the kernel now, when what only a start needs is over, and every ten
    /// seconds, since a page that is wanted again brings its neighbours. None is written, so none
    /// is lost. Does nothing where there is no such cache. Any thread.
    public static void giveBack(Timers timers) {
        if (!Files.isReadable(MAPS)) {
            return; // no Linux
        }
        try (var lines = Files.lines(MAPS)) {
            var regions = regions(lines);
            if (!regions.isEmpty()) {
                var advise = madvise();
                Runnable give = () -> regions.forEach(r -> giveBack(advise, r));
                give.run();
                timers.every(EVERY, give);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// What is mapped read-only of such a cache.
    ///
    /// @param maps lines of proc_pid_maps(5)
    static List<Region> regions(Stream<String> maps) {
        return maps.map(READ_ONLY::matcher)
                .filter(m -> m.matches())
                .map(m ->
                        new Region(
                                Long.parseUnsignedLong(m.group(1), 16),
                                Long.parseUnsignedLong(m.group(2), 16)))
                .toList();
    }

    @SuppressWarnings("restricted") // one call into libc
    private static MethodHandle madvise() {
        var linker = Linker.nativeLinker();
        return linker.downcallHandle(
                linker.defaultLookup().findOrThrow("madvise"),
                FunctionDescriptor.of(
                        ValueLayout.JAVA_INT,
                        ValueLayout.ADDRESS,
                        ValueLayout.JAVA_LONG,
                        ValueLayout.JAVA_INT));
    }

    private static void giveBack(MethodHandle madvise, Region region) {
        try {
            // what it answers says nothing that could be mended: the pages stay
            int _ =
                    (int)
                            madvise.invokeExact(
                                    MemorySegment.ofAddress(region.from()),
                                    region.to() - region.from(),
                                    MADV_DONTNEED);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) { // which invokeExact declares
            throw new IllegalStateException("class archive", e);
        }
    }
}
