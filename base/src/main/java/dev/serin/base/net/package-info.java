/// Addresses, and the network namespace that a socket is made in. Start here: [HostPort], then
/// [NetworkNamespace].
@NullMarked
package dev.serin.base.net;

import org.jspecify.annotations.NullMarked;
