/// From discovered resources to what the proxy runs on. Start here: [ConfigUpdate], then
/// [Reconciler], then [ProxySnapshot].
@NullMarked
package dev.serin.proxy.snapshot;

import org.jspecify.annotations.NullMarked;
