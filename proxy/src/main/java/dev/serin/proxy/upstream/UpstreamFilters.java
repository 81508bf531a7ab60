package dev.serin.proxy.upstream;

import dev.serin.proxy.extension.ConfigProblem;
import dev.serin.proxy.extension.ExtensionConfig;
import dev.serin.proxy.extension.Extensions;
import dev.serin.proxy.network.filter.ConnectionContext;
import dev.serin.proxy.network.filter.NetworkFilter;
import dev.serin.proxy.stream.Downstream;
import dev.serin.proxy.stream.Slots;
import dev.serin.proxy.tls.Tls;

import io.envoyproxy.envoy.config.cluster.v3.Filter;
import io.netty.channel.Channel;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/// The filters of a cluster's own connections: Istio puts its exchange of metadata here. They stand
/// between transport and what a TCP proxy carries. As Envoy's Cluster.filters. Immutable; equal if
/// the configuration is.
public final class UpstreamFilters {
    private final List<Filter> configs;
    private final List<NetworkFilter> filters;

    private UpstreamFilters(List<Filter> configs, List<NetworkFilter> filters) {
        this.configs = configs;
        this.filters = filters;
    }

    /// @throws ConfigProblem naming a filter that cannot stand here
    static UpstreamFilters compile(List<Filter> configs, Extensions extensions)
            throws ConfigProblem {
        var filters = new ArrayList<NetworkFilter>();
        for (var config : configs) {
            var read = ExtensionConfig.of(config.getName(), config.getTypedConfig());
            var factory = extensions.networkFilter(read);
            if (!factory.upstream()) {
                throw new ConfigProblem(
                        "filters['" + config.getName() + "']", "is for listeners' connections");
            }
            filters.add(factory.compile(read));
        }
        return new UpstreamFilters(List.copyOf(configs), List.copyOf(filters));
    }

    /// Places them on a connection that is through its handshake, before its last handler.
    ///
    /// @param slots of the client's connection, where they leave what they learn
    public void place(Channel channel, Downstream downstream, Slots slots) {
        if (filters.isEmpty()) {
            return;
        }
        var tls = Tls.facts(channel);
        var connection =
                new ConnectionContext(downstream, slots, tls == null ? null : tls.alpn(), _ -> {});
        for (var filter : filters) {
            var handler = filter.handler(connection);
            if (handler != null) {
                var pipeline = channel.pipeline();
                pipeline.addBefore(pipeline.lastContext().name(), null, handler);
            }
        }
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof UpstreamFilters it && it.configs.equals(configs);
    }

    @Override
    public int hashCode() {
        return configs.hashCode();
    }
}
