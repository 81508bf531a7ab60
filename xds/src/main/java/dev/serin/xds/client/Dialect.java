package dev.serin.xds.client;

import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.grpc.MethodDescriptor;

/// A form of the protocol on one stream. The client speaks and hears the delta form; a dialect says
/// it as the server wants it. Owner thread.
///
/// @param <Q> requests on the wire
/// @param <A> responses on the wire
sealed interface Dialect<Q, A> permits DeltaDialect, WorldDialect {
    MethodDescriptor<Q, A> method();

    Q request(DeltaDiscoveryRequest said);

    DeltaDiscoveryResponse response(A heard);
}
