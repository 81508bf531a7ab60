package dev.serin.base.broker;

import java.io.IOException;

/// A socket that another process made and passed over: where it goes in this one.
public final class PassedSocket {
    private static final int O_CLOEXEC = 0x80000;

    private PassedSocket() {}

    /// Puts `made` in the place of the open file `fd`, which is closed by it (dup3). A channel that
    /// is handed a socket takes it for connected: one whose socket is replaced does not.
    ///
    /// @param made is closed, as `fd` it goes on; options that were set on `fd` are not its own
    public static void become(int made, int fd) {
        try {
            Libc.become(made, fd, O_CLOEXEC);
        } catch (IOException e) {
            throw new IllegalStateException("file descriptor " + fd, e);
        } finally {
            Libc.close(made);
        }
    }
}
