/// The cluster of a connection by the name that its client asks for in TLS. Start here:
/// [SniClusters].
@NullMarked
package dev.serin.proxy.network.sni;

import org.jspecify.annotations.NullMarked;
