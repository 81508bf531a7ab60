/// Istio's kinds as typed records, the same record for every version (v1alpha3, v1beta1, v1). They
/// are made by `from` of a resource that passed its checks. Start here: [VirtualService], then
/// [HttpRoute], [DestinationRule], [Gateway].
@NullMarked
package dev.serin.config.istio;

import org.jspecify.annotations.NullMarked;
