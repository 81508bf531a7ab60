package dev.serin.proxy.http.manager;

import dev.serin.base.chance.Draws;
import dev.serin.proxy.route.RouteTable;
import dev.serin.proxy.stream.StreamObserver;
import dev.serin.proxy.upstream.LiveCluster;

import org.jspecify.annotations.Nullable;

/// The data plane around a stream: what is in use now, and who is told of its end. Any thread.
public interface Scope {
    /// Routes and clusters that belong together. A stream reads them once and keeps them: by a
    /// later reading the cluster of its route may be gone.
    interface Known {
        /// The routes in use of this name; null if there are none.
        @Nullable RouteTable routes(String name);

        /// Null if it is not in use.
        @Nullable LiveCluster cluster(String name);
    }

    /// What is in use now.
    Known known();

    Draws draws();

    /// Is told of every stream, beside the configured access logs.
    StreamObserver observer();

    /// Whether connections are to end with their present stream.
    boolean draining();

    /// The connection manager in use now in the place of `manager`: a change that only concerns
    /// logs, metrics or tracing applies to connections that are open.
    default HttpManager newest(HttpManager manager) {
        return manager;
    }
}
