/// The proxy held to a real Envoy: scenarios are files, each is played through both, and whatever
/// differs must be listed with its reason. Start here: [DifferentialTest], then [Player].
@NullMarked
package dev.serin.conformance.differential;

import org.jspecify.annotations.NullMarked;
