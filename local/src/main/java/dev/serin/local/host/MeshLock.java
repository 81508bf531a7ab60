package dev.serin.local.host;

import dev.serin.base.Problem;
import dev.serin.base.ProblemException;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

/// One mesh, one front: a file `lock` in the mesh's state folder that the kernel frees when its
/// holder dies, however it died. It names the holder by process id and start time.
public final class MeshLock implements AutoCloseable {
    private final FileChannel channel;
    private final FileLock lock;

    private MeshLock(FileChannel channel, FileLock lock) {
        this.channel = channel;
        this.lock = lock;
    }

    /// The process that holds a mesh.
    ///
    /// @param started in the kernel's ticks since boot, which tells a process from a later one of
    ///   the same id
    public record Holder(long pid, long started) {
        boolean alive() {
            return startOf(pid) == started;
        }
    }

    /// Takes the mesh whose state is in `folder`, which is made if it is not there. What a dead
    /// holder left is taken over.
    ///
    /// @throws ProblemException if the mesh is running, naming its process and the cure
    public static MeshLock take(Path folder, String mesh) {
        try {
            Files.createDirectories(folder);
            var channel =
                    FileChannel.open(
                            folder.resolve("lock"),
                            StandardOpenOption.CREATE,
                            StandardOpenOption.READ,
                            StandardOpenOption.WRITE);
            var lock = tryLock(channel);
            if (lock == null) {
                channel.close();
                throw new ProblemException(
                        Problem.of(
                                "mesh '" + mesh + "'",
                                "is running already"
                                        + holder(folder)
                                                .map(h -> " (process " + h.pid + ")")
                                                .orElse(""),
                                "use it as it is (`kubectl apply -f` brings it more), stop"
                                        + " it by `serin down --mesh "
                                        + mesh
                                        + "`, or start another with --mesh NAME"));
            }
            var pid = ProcessHandle.current().pid();
            channel.truncate(0);
            channel.write(
                    ByteBuffer.wrap(
                            (pid + " " + startOf(pid) + "\n").getBytes(StandardCharsets.UTF_8)),
                    0);
            return new MeshLock(channel, lock);
        } catch (IOException e) {
            throw new ProblemException(
                    Problem.of(
                            "state folder " + folder,
                            String.valueOf(e.getMessage()),
                            "make it writable, or set XDG_STATE_HOME to a folder that is"),
                    e);
        }
    }

    /// As [#take], but a holder that is about to end is waited for.
    public static MeshLock await(Path folder, String mesh, Duration bound, Runnable waiting) {
        var step = Duration.ofMillis(50);
        for (var left = bound; ; left = left.minus(step)) {
            try {
                return take(folder, mesh);
            } catch (ProblemException e) {
                if (left.isNegative()) {
                    throw e;
                }
                if (left.equals(bound)) {
                    waiting.run();
                }
                LockSupport.parkNanos(step.toNanos());
            }
        }
    }

    /// Who runs the mesh whose state is in `folder`; empty if nobody does.
    public static Optional<Holder> holder(Path folder) {
        try {
            var words = Files.readString(folder.resolve("lock")).strip().split(" ");
            if (words.length == 2) {
                return Optional.of(new Holder(Long.parseLong(words[0]), Long.parseLong(words[1])))
                        .filter(Holder::alive);
            }
        } catch (IOException | NumberFormatException _) {
            // No readable lock is no holder.
        }
        return Optional.empty();
    }

    @Override
    public void close() {
        try (channel) {
            channel.truncate(0);
            lock.release();
        } catch (IOException _) {
            // The kernel frees it with the process.
        }
    }

    private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException _) {
            return null;
        }
    }

    // Field 22 of stat, counted after the name, which may hold blanks and brackets.
    private static long startOf(long pid) {
        try {
            var stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
            return Long.parseLong(stat.substring(stat.lastIndexOf(')') + 2).split(" ")[19]);
        } catch (IOException | RuntimeException _) {
            return -1;
        }
    }
}
