/// Envoy's endpoints for a proxy. Start here: [Endpoints].
@NullMarked
package dev.serin.controlplane.generate.endpoint;

import org.jspecify.annotations.NullMarked;
