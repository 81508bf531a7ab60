package dev.serin.xds.client;

import io.envoyproxy.envoy.service.discovery.v3.AggregatedDiscoveryServiceGrpc;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.grpc.MethodDescriptor;

/// Each response says what changed and what is gone: nothing to translate.
final class DeltaDialect implements Dialect<DeltaDiscoveryRequest, DeltaDiscoveryResponse> {
    @Override
    public MethodDescriptor<DeltaDiscoveryRequest, DeltaDiscoveryResponse> method() {
        return AggregatedDiscoveryServiceGrpc.getDeltaAggregatedResourcesMethod();
    }

    @Override
    public DeltaDiscoveryRequest request(DeltaDiscoveryRequest said) {
        return said;
    }

    @Override
    public DeltaDiscoveryResponse response(DeltaDiscoveryResponse heard) {
        return heard;
    }
}
