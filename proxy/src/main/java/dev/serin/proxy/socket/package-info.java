/// Where the sockets of a proxy are made: in this process or in a network namespace. Start here:
/// [Sockets], then [HostSockets].
@NullMarked
package dev.serin.proxy.socket;

import org.jspecify.annotations.NullMarked;
