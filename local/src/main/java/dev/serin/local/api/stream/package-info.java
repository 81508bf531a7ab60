/// Several streams of one connection, as `kubectl exec` and `port-forward` want them: by WebSocket
/// or by SPDY/3.1. Start here: [Streams], then [Execution] and [Forwarding].
@NullMarked
package dev.serin.local.api.stream;

import org.jspecify.annotations.NullMarked;
