package dev.serin.proxy.listener;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;

import dev.serin.proxy.extension.ConfigProblem;
import dev.serin.proxy.extension.ExtensionConfig;

import io.envoyproxy.envoy.config.listener.v3.Filter;
import io.envoyproxy.envoy.config.listener.v3.FilterChain;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter;
import io.envoyproxy.envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy;

import java.util.Set;

/// What of a filter chain's configuration carries traffic: all but logs, metrics, tracing and
/// names. Of two chains with the same one can take over the other's connections.
final class Carried {
    private static final Set<String> WATCHING = Set.of("stats.PluginConfig");

    private Carried() {}

    static FilterChain of(FilterChain message) throws ConfigProblem {
        var chain = message.toBuilder().clearName().clearMetadata().clearFilters();
        for (var filter : message.getFiltersList()) {
            if (!watches(filter.getName(), filter.getTypedConfig())) {
                chain.addFilters(filter(filter));
            }
        }
        return chain.build();
    }

    private static Filter filter(Filter filter) throws ConfigProblem {
        var any = filter.getTypedConfig();
        try {
            if (any.is(HttpConnectionManager.class)) {
                var manager = any.unpack(HttpConnectionManager.class);
                return filter.toBuilder().setTypedConfig(Any.pack(of(manager))).build();
            }
            if (any.is(TcpProxy.class)) {
                var proxy =
                        any.unpack(TcpProxy.class).toBuilder()
                                .clearStatPrefix()
                                .clearAccessLog()
                                .clearAccessLogOptions();
                return filter.toBuilder().setTypedConfig(Any.pack(proxy.build())).build();
            }
        } catch (InvalidProtocolBufferException e) {
            throw new ConfigProblem("typed_config", "does not parse: " + e.getMessage());
        }
        return filter;
    }

    private static HttpConnectionManager of(HttpConnectionManager manager) throws ConfigProblem {
        var same =
                manager.toBuilder()
                        .clearStatPrefix()
                        .clearAccessLog()
                        .clearAccessLogOptions()
                        .clearTracing()
                        .clearHttpFilters();
        for (HttpFilter filter : manager.getHttpFiltersList()) {
            if (!watches(filter.getName(), filter.getTypedConfig())) {
                same.addHttpFilters(filter);
            }
        }
        return same.build();
    }

    private static boolean watches(String name, Any config) throws ConfigProblem {
        return WATCHING.contains(ExtensionConfig.of(name, config).type());
    }
}
