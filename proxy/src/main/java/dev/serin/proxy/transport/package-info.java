/// What lies between a connection's socket and what it carries: nothing, TLS, a PROXY header. Start
/// here: [TransportCompiler], then [LiveTransports].
@NullMarked
package dev.serin.proxy.transport;

import org.jspecify.annotations.NullMarked;
