/// Envoy's routes for a proxy. Start here: [Routes], then [RouteBuilder].
@NullMarked
package dev.serin.controlplane.generate.route;

import org.jspecify.annotations.NullMarked;
