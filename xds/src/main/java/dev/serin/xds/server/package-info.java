/// The server's end of the discovery protocol, delta and state of the world. Start here:
/// [XdsServer], then [DiscoveryStream], then [Subscription].
@NullMarked
package dev.serin.xds.server;

import org.jspecify.annotations.NullMarked;
