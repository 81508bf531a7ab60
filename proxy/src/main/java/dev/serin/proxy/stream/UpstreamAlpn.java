package dev.serin.proxy.stream;

import java.util.List;

/// The protocols that a connection to the host of one stream offers by ALPN, in place of the
/// cluster's own. As Envoy's filter state `envoy.network.application_protocols`.
public record UpstreamAlpn(List<String> protocols) {
    public static final Slot<UpstreamAlpn> SLOT = new Slot<>(UpstreamAlpn.class, "upstream-alpn");
}
