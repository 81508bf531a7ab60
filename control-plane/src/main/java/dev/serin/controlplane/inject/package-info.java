/// Puts the sidecar into pods. Start here: [Injector], then [Selection], [ProbeRewrite].
@NullMarked
package dev.serin.controlplane.inject;

import org.jspecify.annotations.NullMarked;
