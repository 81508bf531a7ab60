/// Istio's own control plane in front of our proxy: what it sends is taken whole, and traffic goes
/// as its resources say. Start here: [IstiodTest], then [Istiod].
@NullMarked
package dev.serin.conformance.istio;

import org.jspecify.annotations.NullMarked;
