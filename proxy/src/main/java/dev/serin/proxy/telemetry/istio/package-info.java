/// Istio's standard telemetry: who called whom, learnt from the peer's metadata, and the metrics
/// with Istio's names and labels. Start here: [Peer], then [PeerMetadataFilters], then
/// [IstioMetrics].
@NullMarked
package dev.serin.proxy.telemetry.istio;

import org.jspecify.annotations.NullMarked;
