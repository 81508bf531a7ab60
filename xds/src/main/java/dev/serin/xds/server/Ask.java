package dev.serin.xds.server;

import io.envoyproxy.envoy.config.core.v3.Node;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryRequest;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Map;

/// One request of a proxy, whichever form of the protocol it speaks: a change of its subscription
/// to a type, an answer to what it was sent, or both.
///
/// @param names to subscribe to: added to the old ones in delta, in place of them otherwise
/// @param dropped names no longer wanted; delta only
/// @param held what the proxy holds since an earlier stream, name to version; delta only
/// @param nonce of the response it answers, empty if none
/// @param error the proxy's words if it rejects that response, else null
record Ask(
        Node node,
        String typeUrl,
        List<String> names,
        List<String> dropped,
        Map<String, String> held,
        String nonce,
        @Nullable String error) {

    static Ask of(DeltaDiscoveryRequest request) {
        return new Ask(
                request.getNode(),
                request.getTypeUrl(),
                List.copyOf(request.getResourceNamesSubscribeList()),
                List.copyOf(request.getResourceNamesUnsubscribeList()),
                request.getInitialResourceVersionsMap(),
                request.getResponseNonce(),
                request.hasErrorDetail() ? request.getErrorDetail().getMessage() : null);
    }

    static Ask of(DiscoveryRequest request) {
        return new Ask(
                request.getNode(),
                request.getTypeUrl(),
                List.copyOf(request.getResourceNamesList()),
                List.of(),
                Map.of(),
                request.getResponseNonce(),
                request.hasErrorDetail() ? request.getErrorDetail().getMessage() : null);
    }
}
