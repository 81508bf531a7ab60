package dev.serin.base.broker;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// One end of a SOCK_SEQPACKET connection whose messages may carry open files (SCM_RIGHTS). Not
/// safe for two threads at once; both ways block.
final class Messages implements AutoCloseable {
    /// The network namespace of the process, whichever a thread of it may be in.
    static final Path OWN = Path.of("/proc/self/ns/net");

    private static final int AF_UNIX = 1;
    private static final int SOCK_SEQPACKET = 5;
    private static final int CLOEXEC = 0x80000;
    private static final int SOL_SOCKET = 1;
    private static final int SCM_RIGHTS = 1;
    private static final int NO_SIGNAL = 0x4000;
    private static final int CMSG_CLOEXEC = 0x40000000;
    private static final int SO_RCVTIMEO = 20;
    private static final int SO_SNDTIMEO = 21;
    private static final int HEADER = 16;

    private final int fd;
    private final Arena arena = Arena.ofShared();
    private final MemorySegment data = arena.allocate(SocketRequest.LONGEST);
    private final MemorySegment control =
            arena.allocate(HEADER + 4L * SocketRequest.MOST, JAVA_LONG.byteSize());
    private final MemorySegment part = arena.allocate(16, JAVA_LONG.byteSize());
    private final MemorySegment message = arena.allocate(56, JAVA_LONG.byteSize());

    /// @param fd of a connection, which is closed with this
    Messages(int fd) {
        this.fd = fd;
        part.set(ADDRESS, 0, data);
        message.set(ADDRESS, 16, part);
        message.set(JAVA_LONG, 24, 1);
    }

    /// What came. No text: the other end has closed.
    record Received(String text, List<Integer> files) {}

    /// @param seconds that one call may block at most
    static Messages connect(Path path, int seconds) throws IOException {
        int fd = Libc.socket(AF_UNIX, SOCK_SEQPACKET | CLOEXEC);
        try (var arena = Arena.ofConfined()) {
            var limit = arena.allocateFrom(JAVA_LONG, seconds, 0);
            Libc.setOption(fd, SOL_SOCKET, SO_RCVTIMEO, limit);
            Libc.setOption(fd, SOL_SOCKET, SO_SNDTIMEO, limit);
            Libc.connect(fd, address(arena, path));
            return new Messages(fd);
        } catch (IOException | RuntimeException e) {
            Libc.close(fd);
            throw e;
        }
    }

    /// A socket that listens at `path`.
    static int listen(Path path) throws IOException {
        int fd = Libc.socket(AF_UNIX, SOCK_SEQPACKET | CLOEXEC);
        try (var arena = Arena.ofConfined()) {
            Libc.bind(fd, address(arena, path));
            Libc.listen(fd, 128);
            return fd;
        } catch (IOException | RuntimeException e) {
            Libc.close(fd);
            throw e;
        }
    }

    static Messages accept(int listening) throws IOException {
        return new Messages(Libc.accept(listening, CLOEXEC));
    }

    int fd() {
        return fd;
    }

    void send(String text, int... files) throws IOException {
        var bytes = text.getBytes(StandardCharsets.UTF_8);
        if (bytes.length > data.byteSize()) {
            throw new IOException("a message of " + bytes.length + " bytes");
        }
        MemorySegment.copy(bytes, 0, data, JAVA_BYTE, 0, bytes.length);
        part.set(JAVA_LONG, 8, bytes.length);
        if (files.length == 0) {
            message.set(ADDRESS, 32, MemorySegment.NULL);
            message.set(JAVA_LONG, 40, 0);
        } else {
            control.set(JAVA_LONG, 0, HEADER + 4L * files.length);
            control.set(JAVA_INT, 8, SOL_SOCKET);
            control.set(JAVA_INT, 12, SCM_RIGHTS);
            MemorySegment.copy(files, 0, control, JAVA_INT, HEADER, files.length);
            message.set(ADDRESS, 32, control);
            message.set(JAVA_LONG, 40, HEADER + (4L * files.length + 7) / 8 * 8);
        }
        Libc.send(fd, message, NO_SIGNAL);
    }

    Received receive() throws IOException {
        part.set(JAVA_LONG, 8, data.byteSize());
        message.set(ADDRESS, 32, control);
        message.set(JAVA_LONG, 40, control.byteSize());
        var length = Libc.receive(fd, message, CMSG_CLOEXEC);
        var bytes = data.asSlice(0, length).toArray(JAVA_BYTE);
        var files = new ArrayList<Integer>();
        if (message.get(JAVA_LONG, 40) >= HEADER && control.get(JAVA_INT, 12) == SCM_RIGHTS) {
            var count = (control.get(JAVA_LONG, 0) - HEADER) / 4;
            for (int i = 0; i < count; i++) {
                files.add(control.get(JAVA_INT, HEADER + 4L * i));
            }
        }
        return new Received(new String(bytes, StandardCharsets.UTF_8), files);
    }

    private static MemorySegment address(Arena arena, Path path) {
        var name = path.toString().getBytes(StandardCharsets.UTF_8);
        if (name.length > 107) {
            throw new IllegalArgumentException(path + " is too long for a Unix socket");
        }
        var address = arena.allocate(110, JAVA_SHORT.byteSize());
        address.set(JAVA_SHORT, 0, (short) AF_UNIX);
        MemorySegment.copy(name, 0, address, JAVA_BYTE, 2, name.length);
        return address;
    }

    @Override
    public void close() {
        Libc.close(fd);
        arena.close();
    }
}
