/// Connections to hosts, kept for reuse by one worker. Start here: [HostPool], then [Connector].
@NullMarked
package dev.serin.proxy.upstream.pool;

import org.jspecify.annotations.NullMarked;
