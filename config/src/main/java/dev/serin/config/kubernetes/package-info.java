/// Kubernetes' kinds as typed records, with what the mesh needs of each. Start here: [Service],
/// then [EndpointSlice], [Pod].
@NullMarked
package dev.serin.config.kubernetes;

import org.jspecify.annotations.NullMarked;
