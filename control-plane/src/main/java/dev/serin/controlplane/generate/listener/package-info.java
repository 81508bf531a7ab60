/// Envoy's listeners for a proxy. Start here: [Listeners], then [ListenerBuilder].
@NullMarked
package dev.serin.controlplane.generate.listener;

import org.jspecify.annotations.NullMarked;
