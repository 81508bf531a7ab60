/// The control plane's HTTP side: webhooks, readiness, metrics and debug pages. Start here:
/// [HttpDoor], then [AdminPages], [Webhooks].
@NullMarked
package dev.serin.controlplane.admin;

import org.jspecify.annotations.NullMarked;
