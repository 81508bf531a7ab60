package dev.serin.proxy.listener;

import com.google.protobuf.util.Durations;

import dev.serin.base.chance.Draws;
import dev.serin.base.net.HostPort;
import dev.serin.proxy.extension.ConfigProblem;
import dev.serin.proxy.extension.ExtensionConfig;
import dev.serin.proxy.extension.Extensions;
import dev.serin.proxy.extension.LogCompiler;
import dev.serin.proxy.http.manager.ManagerCompiler;
import dev.serin.proxy.listener.ListenerConfig.Chain;
import dev.serin.proxy.listener.ListenerConfig.Http;
import dev.serin.proxy.listener.ListenerConfig.Inspection;
import dev.serin.proxy.listener.ListenerConfig.PortTest;
import dev.serin.proxy.listener.ListenerConfig.Target;
import dev.serin.proxy.listener.ListenerConfig.Tcp;
import dev.serin.proxy.network.TcpCompiler;
import dev.serin.proxy.network.filter.NetworkFilter;
import dev.serin.proxy.socket.IpLiteral;
import dev.serin.proxy.stream.ConnectionObserver;
import dev.serin.proxy.stream.Direction;
import dev.serin.proxy.transport.TransportCompiler;

import io.envoyproxy.envoy.config.core.v3.Address;
import io.envoyproxy.envoy.config.core.v3.CidrRange;
import io.envoyproxy.envoy.config.listener.v3.FilterChain;
import io.envoyproxy.envoy.config.listener.v3.FilterChainMatch;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.config.listener.v3.ListenerFilter;
import io.envoyproxy.envoy.config.listener.v3.ListenerFilterChainMatchPredicate;
import io.envoyproxy.envoy.extensions.filters.listener.proxy_protocol.v3.ProxyProtocol;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import io.envoyproxy.envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy;
import io.netty.util.NetUtil;

import org.jspecify.annotations.Nullable;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/// Compiles Envoy's Listener. Pure, but that a chain whose message did not change stays the same
/// object, so that its connections need not end.
public final class ListenerCompiler {
    private static final String LISTENER = "envoy.extensions.filters.listener.";
    private static final String HTTP =
            "envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager";
    private static final String TCP = "envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy";

    private final Extensions extensions;
    private final Draws draws;
    private final Map<FilterChain, Chain> known;

    /// @param known chains in use by their message; gets those of the compiled listener
    public ListenerCompiler(Extensions extensions, Draws draws, Map<FilterChain, Chain> known) {
        this.extensions = extensions;
        this.draws = draws;
        this.known = known;
    }

    /// @throws ConfigProblem naming the field that cannot be done
    public ListenerConfig compile(Listener listener) throws ConfigProblem {
        if (listener.hasInternalListener() || listener.hasApiListener()) {
            throw new ConfigProblem(
                    "listener_specifier", "internal and API listeners are not supported");
        }
        var addresses = new ArrayList<InetSocketAddress>();
        addresses.add(address(listener.getAddress()));
        for (var extra : listener.getAdditionalAddressesList()) {
            addresses.add(address(extra.getAddress()));
        }
        var chains = new ArrayList<Chain>();
        for (var chain : listener.getFilterChainsList()) {
            chains.add(chain(chain));
        }
        ChainOverlap.check(chains);
        var fallback =
                listener.hasDefaultFilterChain() ? chain(listener.getDefaultFilterChain()) : null;
        if (chains.isEmpty() && fallback == null) {
            throw new ConfigProblem("filter_chains", "is empty");
        }
        return new ListenerConfig(
                listener.getName(),
                statName(listener.getStatPrefix(), addresses.getFirst()),
                List.copyOf(addresses),
                !listener.hasBindToPort() || listener.getBindToPort().getValue(),
                listener.getUseOriginalDst().getValue(),
                SocketOptions.of(listener),
                inspection(listener),
                List.copyOf(chains),
                fallback,
                listener.hasListenerFiltersTimeout()
                        ? Durations.toMillis(listener.getListenerFiltersTimeout())
                        : 15_000,
                listener.getContinueOnListenerFiltersTimeout(),
                switch (listener.getTrafficDirection()) {
                    case INBOUND -> Direction.INBOUND;
                    case OUTBOUND -> Direction.OUTBOUND;
                    case UNSPECIFIED, UNRECOGNIZED -> Direction.UNSPECIFIED;
                },
                LogCompiler.compile(listener.getAccessLogList(), extensions));
    }

    /// As Envoy calls it: by its address, unless it is told otherwise.
    private static String statName(String prefix, InetSocketAddress address) {
        return prefix.isEmpty()
                ? new HostPort(NetUtil.toAddressString(address.getAddress()), address.getPort())
                        .toString()
                        .replace(':', '_')
                : prefix;
    }

    static InetSocketAddress address(Address address) throws ConfigProblem {
        if (!address.hasSocketAddress()) {
            throw new ConfigProblem("address", address.getAddressCase() + " is not supported");
        }
        var socket = address.getSocketAddress();
        var ip = ip(socket.getAddress());
        if (socket.getIpv4Compat() && ip instanceof Inet4Address) {
            throw new ConfigProblem("address.ipv4_compat", "is for the IPv6 address '::'");
        }
        return new InetSocketAddress(ip, socket.getPortValue());
    }

    private static InetAddress ip(String text) throws ConfigProblem {
        try {
            return IpLiteral.of(text);
        } catch (IllegalArgumentException e) {
            throw new ConfigProblem("address", "'" + text + "' is not an IP address");
        }
    }

    // ---- listener filters

    private static Inspection inspection(Listener listener) throws ConfigProblem {
        // As in Envoy, to hand connections over by their original destination is to ask for it.
        var original = listener.getUseOriginalDst().getValue();
        PortTest tls = null;
        PortTest http = null;
        ProxyHeaderReader.Rules proxyHeader = null;
        for (var filter : listener.getListenerFiltersList()) {
            var field = "listener_filters['" + filter.getName() + "']";
            if (filter.hasConfigDiscovery()) {
                throw new ConfigProblem(field, "config_discovery is not supported");
            }
            var config = ExtensionConfig.of(filter.getName(), filter.getTypedConfig());
            var type = config.type();
            var test = filter.hasFilterDisabled() ? not(filter.getFilterDisabled()) : always();
            switch (type) {
                case LISTENER + "original_dst.v3.OriginalDst" -> original = true;
                case LISTENER + "tls_inspector.v3.TlsInspector" -> tls = test;
                case LISTENER + "http_inspector.v3.HttpInspector" -> http = test;
                case LISTENER + "proxy_protocol.v3.ProxyProtocol" ->
                        proxyHeader = proxyHeader(field, config, filter);
                default ->
                        throw new ConfigProblem(field, "unknown listener filter of type " + type);
            }
        }
        return new Inspection(original, tls, http, proxyHeader);
    }

    private static ProxyHeaderReader.Rules proxyHeader(
            String field, ExtensionConfig config, ListenerFilter filter) throws ConfigProblem {
        if (filter.hasFilterDisabled()) {
            throw new ConfigProblem(field + ".filter_disabled", "is not supported");
        }
        var message = config.as(ProxyProtocol.parser());
        var refused = new HashSet<Integer>();
        message.getDisallowedVersionsList().forEach(v -> refused.add(v.getNumber() + 1));
        if (refused.containsAll(Set.of(1, 2))) {
            throw new ConfigProblem(
                    field + ".disallowed_versions", "are all that there are; take the filter out");
        }
        return new ProxyHeaderReader.Rules(
                message.getAllowRequestsWithoutProxyProtocol(),
                Set.copyOf(refused),
                TlvRules.of(message));
    }

    private static PortTest always() {
        return _ -> true;
    }

    private static PortTest not(ListenerFilterChainMatchPredicate predicate) throws ConfigProblem {
        var disabled = test(predicate);
        return port -> !disabled.test(port);
    }

    private static PortTest test(ListenerFilterChainMatchPredicate predicate) throws ConfigProblem {
        return switch (predicate.getRuleCase()) {
            case ANY_MATCH -> always();
            case DESTINATION_PORT_RANGE -> {
                var range = predicate.getDestinationPortRange();
                yield port -> range.getStart() <= port && port < range.getEnd();
            }
            case NOT_MATCH -> not(predicate.getNotMatch());
            case OR_MATCH -> {
                var parts = tests(predicate.getOrMatch().getRulesList());
                yield port -> parts.stream().anyMatch(p -> p.test(port));
            }
            case AND_MATCH -> {
                var parts = tests(predicate.getAndMatch().getRulesList());
                yield port -> parts.stream().allMatch(p -> p.test(port));
            }
            case RULE_NOT_SET -> throw new ConfigProblem("filter_disabled", "has no rule");
        };
    }

    private static List<PortTest> tests(List<ListenerFilterChainMatchPredicate> predicates)
            throws ConfigProblem {
        var tests = new ArrayList<PortTest>();
        for (var predicate : predicates) {
            tests.add(test(predicate));
        }
        return tests;
    }

    // ---- filter chains

    private Chain chain(FilterChain message) throws ConfigProblem {
        var same = known.get(message);
        if (same != null) {
            return same;
        }
        try {
            var filters = new ArrayList<NetworkFilter>();
            var target = target(message, filters);
            var chain =
                    new Chain(
                            message.getName(),
                            match(message.getFilterChainMatch()),
                            filters,
                            target,
                            new Chain.Security(
                                    extensions.transports().downstream(message),
                                    TransportCompiler.handshakeMillis(message)),
                            Carried.of(message));
            known.put(message, chain);
            return chain;
        } catch (ConfigProblem e) {
            throw e.under("filter_chains['" + message.getName() + "']");
        }
    }

    /// @param filters gets those that stand before it
    private Target target(FilterChain message, List<NetworkFilter> filters) throws ConfigProblem {
        var watching = new ArrayList<ConnectionObserver>();
        Target target = null;
        for (var filter : message.getFiltersList()) {
            var field = "filters['" + filter.getName() + "']";
            if (target != null) {
                throw new ConfigProblem(field, "stands after the last filter");
            }
            var config = ExtensionConfig.of(filter.getName(), filter.getTypedConfig());
            try {
                target = target(config, watching, filters);
            } catch (ConfigProblem e) {
                throw e.under(field);
            }
        }
        if (target == null) {
            throw new ConfigProblem("filters", "has neither tcp_proxy nor http_connection_manager");
        }
        return target;
    }

    private @Nullable Target target(
            ExtensionConfig config, List<ConnectionObserver> watching, List<NetworkFilter> filters)
            throws ConfigProblem {
        return switch (config.type()) {
            case HTTP -> {
                var manager = config.as(HttpConnectionManager.parser());
                yield new Http(ManagerCompiler.compile(manager, extensions, draws));
            }
            case TCP ->
                    new Tcp(
                            TcpCompiler.compile(
                                    config.as(TcpProxy.parser()), watching, extensions));
            default -> {
                var observer = extensions.networkObserver(config);
                if (observer == null) {
                    filters.add(extensions.networkFilter(config).compile(config));
                } else {
                    watching.add(observer.compile(config));
                }
                yield null;
            }
        };
    }

    private static ChainMatch match(FilterChainMatch match) throws ConfigProblem {
        if (!match.getAddressSuffix().isEmpty()) {
            throw new ConfigProblem("filter_chain_match.address_suffix", "is not supported");
        }
        if (Set.copyOf(match.getServerNamesList()).size() < match.getServerNamesCount()) {
            throw new ConfigProblem("filter_chain_match.server_names", "names one twice");
        }
        for (var name : match.getServerNamesList()) {
            if (name.lastIndexOf('*') > 0 || name.startsWith("*") && !name.startsWith("*.")) {
                throw new ConfigProblem(
                        "filter_chain_match.server_names",
                        "'" + name + "' has a wildcard that is not a whole first label");
            }
        }
        return new ChainMatch(
                match.getDestinationPort().getValue(),
                prefixes(match.getPrefixRangesList()),
                match.getServerNamesList().stream().map(n -> n.toLowerCase(Locale.ROOT)).toList(),
                match.getTransportProtocol(),
                List.copyOf(match.getApplicationProtocolsList()),
                prefixes(match.getDirectSourcePrefixRangesList()),
                match.getSourceTypeValue(),
                prefixes(match.getSourcePrefixRangesList()),
                List.copyOf(match.getSourcePortsList()));
    }

    private static List<ChainMatch.Prefix> prefixes(List<CidrRange> ranges) throws ConfigProblem {
        var prefixes = new ArrayList<ChainMatch.Prefix>();
        for (var range : ranges) {
            var bytes = ip(range.getAddressPrefix()).getAddress();
            var bits = range.getPrefixLen().getValue();
            if (bits > bytes.length * 8) {
                throw new ConfigProblem("prefix_len", bits + " is longer than the address");
            }
            prefixes.add(new ChainMatch.Prefix(bytes, bits));
        }
        return List.copyOf(prefixes);
    }
}
