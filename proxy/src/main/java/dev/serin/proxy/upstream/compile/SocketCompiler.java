package dev.serin.proxy.upstream.compile;

import dev.serin.proxy.extension.ConfigProblem;
import dev.serin.proxy.upstream.ClusterConfig.KeepAlive;
import dev.serin.proxy.upstream.ClusterConfig.Option;
import dev.serin.proxy.upstream.ClusterConfig.SocketConfig;

import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.core.v3.SocketAddress;
import io.envoyproxy.envoy.config.core.v3.SocketOption;

import org.jspecify.annotations.Nullable;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;

/// Compiles how a cluster's connections are made: bind addresses, socket options, the kernel's
/// probes. Pure.
public final class SocketCompiler {
    private SocketCompiler() {}

    /// @throws ConfigProblem naming the field that cannot be done
    @SuppressWarnings("deprecation") // what servers send
    public static SocketConfig compile(Cluster cluster) throws ConfigProblem {
        var config = cluster.getUpstreamBindConfig();
        var bind = new ArrayList<InetSocketAddress>();
        if (config.hasSourceAddress()) {
            bind.add(literal(config.getSourceAddress()));
        }
        for (var extra : config.getExtraSourceAddressesList()) {
            if (extra.hasSocketOptions()) {
                throw new ConfigProblem(
                        "upstream_bind_config.extra_source_addresses.socket_options",
                        "is not supported");
            }
            bind.add(literal(extra.getAddress()));
        }
        for (var more : config.getAdditionalSourceAddressesList()) {
            bind.add(literal(more));
        }
        return new SocketConfig(
                List.copyOf(bind),
                config.getFreebind().getValue(),
                options(config.getSocketOptionsList()),
                keepAlive(cluster),
                limit(cluster));
    }

    private static int limit(Cluster cluster) {
        var limit = cluster.getPerConnectionBufferLimitBytes().getValue();
        return limit < 0 ? Integer.MAX_VALUE : limit;
    }

    private static @Nullable KeepAlive keepAlive(Cluster cluster) {
        var options = cluster.getUpstreamConnectionOptions();
        if (!options.hasTcpKeepalive()) {
            return null;
        }
        var from = options.getTcpKeepalive();
        return new KeepAlive(
                from.hasKeepaliveProbes() ? from.getKeepaliveProbes().getValue() : -1,
                from.hasKeepaliveTime() ? from.getKeepaliveTime().getValue() : -1,
                from.hasKeepaliveInterval() ? from.getKeepaliveInterval().getValue() : -1);
    }

    private static List<Option> options(List<SocketOption> messages) throws ConfigProblem {
        var options = new ArrayList<Option>();
        for (var option : messages) {
            if (!option.hasIntValue()) {
                throw new ConfigProblem(
                        "upstream_bind_config.socket_options", "only int_value is supported");
            }
            if (option.getState() != SocketOption.SocketState.STATE_PREBIND) {
                throw new ConfigProblem(
                        "upstream_bind_config.socket_options.state",
                        "an upstream socket has only STATE_PREBIND");
            }
            options.add(
                    new Option(
                            (int) option.getLevel(),
                            (int) option.getName(),
                            (int) option.getIntValue()));
        }
        return List.copyOf(options);
    }

    private static InetSocketAddress literal(SocketAddress address) throws ConfigProblem {
        try {
            return new InetSocketAddress(
                    InetAddress.ofLiteral(address.getAddress()), address.getPortValue());
        } catch (IllegalArgumentException e) {
            throw new ConfigProblem(
                    "upstream_bind_config", "'" + address.getAddress() + "' is not an IP address");
        }
    }
}
