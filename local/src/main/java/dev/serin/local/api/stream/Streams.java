package dev.serin.local.api.stream;

import org.jspecify.annotations.Nullable;

import java.io.IOException;

/// The numbered streams of one connection, as Kubernetes' remote command protocol numbers them. One
/// thread receives; any thread may write. Calls block.
interface Streams {
    int STDIN = 0;
    int STDOUT = 1;
    int STDERR = 2;
    int ERROR = 3;
    int RESIZE = 4;

    /// What the client wrote to a stream.
    ///
    /// @param end it will write no more to this stream
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Part(int stream, byte[] octets, boolean end) {}

    /// Null when the client has gone.
    @Nullable Part receive() throws IOException, InterruptedException;

    void write(int stream, byte[] octets) throws IOException, InterruptedException;

    /// No more will be written to any stream.
    void close() throws IOException, InterruptedException;
}
