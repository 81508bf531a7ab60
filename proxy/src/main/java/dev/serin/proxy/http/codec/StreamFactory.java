package dev.serin.proxy.http.codec;

import dev.serin.proxy.http.RequestHead;

import org.jspecify.annotations.Nullable;

/// Makes the stream for each request of a connection. Event loop only.
public interface StreamFactory {
    /// A request has begun. The response may be complete before this returns.
    RequestReader open(ResponseWriter out, RequestHead head, boolean end);

    /// What came instead of a request is not HTTP; answers it.
    ///
    /// @param head what could be read of it; null for nothing
    void malformed(ResponseWriter out, @Nullable RequestHead head, int status, String detail);

    /// What came instead of a request is not HTTP/2, and there is no way to answer it: its stream,
    /// or its connection, ends. Tells that there was one.
    ///
    /// @param out is not written to
    /// @param remote as of [RequestReader#reset]
    void broken(ResponseWriter out, boolean remote, String detail);

    /// The client was told to go on with its request, by 100.
    void continued();

    /// Part of a head has come, and no more of it will. Tells that there was a request.
    ///
    /// @param out is not written to
    void cut(ResponseWriter out);

    /// Counts something about the connection under `http.PREFIX.NAME`.
    void count(String name);

    /// Whether the connection shall end after the present response.
    boolean draining();
}
