/// The socket broker: a small process with rights makes sockets inside network namespaces and hands
/// them over a Unix socket to a process that has no right at all. Start here: [SocketRequest], then
/// [SocketBroker], then [BrokerLink].
@NullMarked
package dev.serin.base.broker;

import org.jspecify.annotations.NullMarked;
