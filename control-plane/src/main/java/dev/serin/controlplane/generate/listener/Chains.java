package dev.serin.controlplane.generate.listener;

import dev.serin.controlplane.generate.Protos;

import io.envoyproxy.envoy.config.core.v3.CidrRange;
import io.envoyproxy.envoy.config.listener.v3.FilterChain;
import io.envoyproxy.envoy.config.listener.v3.FilterChainMatch;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.config.listener.v3.ListenerFilter;
import io.envoyproxy.envoy.extensions.filters.listener.tls_inspector.v3.TlsInspector;

import java.util.List;

/// Filter chains for plain connections and for TLS that is passed on unopened.
final class Chains {
    private Chains() {}

    /// Adds a chain for each, and what looks for the server name where one of them asks for it.
    static Listener.Builder add(
            Listener.Builder listener, List<ListenerKey.Chain> chains, HttpManager.Style style) {
        if (chains.stream().anyMatch(c -> !c.sni().isEmpty())) {
            listener.addListenerFilters(tlsInspector());
        }
        return addUnopened(listener, chains, style);
    }

    /// The same where what looks for the name is there already.
    static Listener.Builder addUnopened(
            Listener.Builder listener, List<ListenerKey.Chain> chains, HttpManager.Style style) {
        for (var chain : chains) {
            var made = FilterChain.newBuilder().addFilters(TcpFilter.to(chain.arms(), style));
            if (chain.isDefault() && chains.size() == 1 && listener.getFilterChainsCount() == 0) {
                listener.addFilterChains(made);
            } else if (chain.isDefault()) {
                listener.setDefaultFilterChain(made);
            } else {
                listener.addFilterChains(made.setFilterChainMatch(match(chain)));
            }
        }
        return listener;
    }

    private static FilterChainMatch match(ListenerKey.Chain chain) {
        var match = FilterChainMatch.newBuilder();
        chain.to().forEach(s -> match.addPrefixRanges(range(s)));
        chain.from().forEach(s -> match.addSourcePrefixRanges(range(s)));
        if (!chain.sni().isEmpty()) {
            match.setTransportProtocol("tls");
        }
        return match.addAllServerNames(names(chain.sni())).build();
    }

    /// Envoy has no name for every name: nothing written is that.
    static List<String> names(List<String> hosts) {
        return hosts.contains("*") ? List.of() : hosts;
    }

    static ListenerFilter tlsInspector() {
        return ListenerFilter.newBuilder()
                .setName("envoy.filters.listener.tls_inspector")
                .setTypedConfig(Protos.any(TlsInspector.getDefaultInstance()))
                .build();
    }

    private static CidrRange range(String subnet) {
        var slash = subnet.indexOf('/');
        var address = slash < 0 ? subnet : subnet.substring(0, slash);
        var bits =
                slash >= 0
                        ? Integer.parseInt(subnet.substring(slash + 1))
                        : address.contains(":") ? 128 : 32;
        return CidrRange.newBuilder()
                .setAddressPrefix(address)
                .setPrefixLen(Protos.number(bits))
                .build();
    }
}
