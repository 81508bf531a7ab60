package dev.serin.proxy.http.codec;

import dev.serin.proxy.http.RequestHead;

/// Makes the stream for each request of a connection. Event loop only.
public interface StreamFactory {
    /// A request has begun. The response may be complete before this returns.
    RequestReader open(ResponseWriter out, RequestHead head, boolean end);

    /// What came instead of a request is not HTTP; answers it.
    void malformed(ResponseWriter out, int status, String detail);

    /// Whether the connection shall end after the present response.
    boolean draining();
}
