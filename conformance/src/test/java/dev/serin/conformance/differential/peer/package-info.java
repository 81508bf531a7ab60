/// The two proxies, and the server that tells both what they must know. Start here: [Peer], then
/// [ResourceServer].
@NullMarked
package dev.serin.conformance.differential.peer;

import org.jspecify.annotations.NullMarked;
