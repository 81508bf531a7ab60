package dev.serin.proxy.transport;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.util.Durations;

import dev.serin.proxy.extension.ConfigProblem;
import dev.serin.proxy.extension.ExtensionConfig;
import dev.serin.proxy.tls.LiveTls;
import dev.serin.proxy.tls.TlsCompiler;
import dev.serin.proxy.tls.TlsNeeds;
import dev.serin.proxy.transport.ClusterTransports.AutoNames;
import dev.serin.proxy.transport.TransportConfig.Announced;
import dev.serin.proxy.transport.TransportConfig.Secure;

import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.core.v3.ProxyProtocolConfig;
import io.envoyproxy.envoy.config.core.v3.ProxyProtocolPassThroughTLVs.PassTLVsMatchType;
import io.envoyproxy.envoy.config.core.v3.TransportSocket;
import io.envoyproxy.envoy.config.listener.v3.FilterChain;
import io.envoyproxy.envoy.extensions.transport_sockets.proxy_protocol.v3.ProxyProtocolUpstreamTransport;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext;
import io.envoyproxy.envoy.extensions.upstreams.http.v3.HttpProtocolOptions;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;

/// Compiles Envoy's transport sockets, of filter chains and of clusters. Reads files; owner thread.
public final class TransportCompiler {
    private static final String FORWARD =
            "/envoy.extensions.clusters.dynamic_forward_proxy.v3.ClusterConfig";
    private static final String HTTP_OPTIONS =
            "envoy.extensions.upstreams.http.v3.HttpProtocolOptions";
    private static final String SOCKETS = "envoy.extensions.transport_sockets.";
    private static final String RAW = SOCKETS + "raw_buffer.v3.RawBuffer";
    private static final String UPSTREAM = SOCKETS + "tls.v3.UpstreamTlsContext";
    private static final String DOWNSTREAM = SOCKETS + "tls.v3.DownstreamTlsContext";
    private static final String ANNOUNCED =
            SOCKETS + "proxy_protocol.v3.ProxyProtocolUpstreamTransport";

    private final TlsNeeds needs;

    public TransportCompiler(TlsNeeds needs) {
        this.needs = needs;
    }

    public TlsNeeds needs() {
        return needs;
    }

    /// The TLS of a filter chain, not in use yet; null if it has none.
    ///
    /// @throws ConfigProblem naming the field that cannot be done
    public @Nullable LiveTls downstream(FilterChain chain) throws ConfigProblem {
        if (!chain.hasTransportSocket()) {
            return null;
        }
        var socket = chain.getTransportSocket();
        try {
            var config = config(socket);
            return switch (config.type()) {
                case "", RAW -> null;
                case DOWNSTREAM ->
                        new LiveTls(
                                tls().downstream(config.as(DownstreamTlsContext.parser())), needs);
                default -> throw unknown(socket, config);
            };
        } catch (ConfigProblem e) {
            throw e.under("transport_socket");
        }
    }

    /// How long a client may take for its handshake, in milliseconds; 0 for ever.
    public static long handshakeMillis(FilterChain chain) {
        return Durations.toMillis(chain.getTransportSocketConnectTimeout());
    }

    /// @throws ConfigProblem naming the field that cannot be done
    public ClusterTransports upstream(Cluster cluster) throws ConfigProblem {
        var matches = new ArrayList<ClusterTransports.Match>();
        for (var match : cluster.getTransportSocketMatchesList()) {
            try {
                matches.add(
                        new ClusterTransports.Match(
                                match.getName(),
                                new HashMap<>(match.getMatch().getFieldsMap()),
                                upstream(match.getTransportSocket())));
            } catch (ConfigProblem e) {
                throw e.under("transport_socket_matches['" + match.getName() + "']");
            }
        }
        var usual =
                cluster.hasTransportSocket()
                        ? upstream(cluster.getTransportSocket())
                        : TransportConfig.Raw.NOTHING;
        return new ClusterTransports(List.copyOf(matches), usual, auto(cluster));
    }

    private static AutoNames auto(Cluster cluster) throws ConfigProblem {
        var any =
                cluster.getTypedExtensionProtocolOptionsOrDefault(
                        HTTP_OPTIONS, com.google.protobuf.Any.getDefaultInstance());
        var forward = cluster.getClusterType().getTypedConfig().getTypeUrl().endsWith(FORWARD);
        if (!any.is(HttpProtocolOptions.class)) {
            return forward ? AutoNames.BOTH : AutoNames.NONE;
        }
        try {
            var options = any.unpack(HttpProtocolOptions.class).getUpstreamHttpProtocolOptions();
            return options.getAutoSni() || options.getAutoSanValidation()
                    ? new AutoNames(
                            options.getAutoSni(),
                            options.getAutoSanValidation(),
                            options.getOverrideAutoSniHeader().toLowerCase(Locale.ROOT))
                    : AutoNames.NONE;
        } catch (InvalidProtocolBufferException e) {
            throw new ConfigProblem("typed_extension_protocol_options", "does not parse");
        }
    }

    private TransportConfig upstream(TransportSocket socket) throws ConfigProblem {
        try {
            var config = config(socket);
            return switch (config.type()) {
                case "", RAW -> TransportConfig.Raw.NOTHING;
                case UPSTREAM -> new Secure(tls().upstream(config.as(UpstreamTlsContext.parser())));
                case ANNOUNCED -> announced(config.as(ProxyProtocolUpstreamTransport.parser()));
                default -> throw unknown(socket, config);
            };
        } catch (ConfigProblem e) {
            throw e.under("transport_socket");
        }
    }

    private TransportConfig announced(ProxyProtocolUpstreamTransport message) throws ConfigProblem {
        var config = message.getConfig();
        var passing = config.getPassThroughTlvs();
        return new Announced(
                config.getVersion() == ProxyProtocolConfig.Version.V1 ? 1 : 2,
                List.copyOf(config.getAddedTlvsList()),
                !config.hasPassThroughTlvs()
                        ? new HashSet<>()
                        : passing.getMatchType() == PassTLVsMatchType.INCLUDE_ALL
                                ? null
                                : new HashSet<>(passing.getTlvTypeList()),
                upstream(message.getTransportSocket()));
    }

    /// By its type; one without is the raw one if it is called so.
    private static ExtensionConfig config(TransportSocket socket) throws ConfigProblem {
        if (!socket.hasTypedConfig()) {
            throw new ConfigProblem(
                    "typed_config",
                    "is not set: the name '" + socket.getName() + "' is not enough");
        }
        return ExtensionConfig.of(socket.getName(), socket.getTypedConfig());
    }

    private static ConfigProblem unknown(TransportSocket socket, ExtensionConfig config) {
        return new ConfigProblem(
                "typed_config",
                "unknown transport socket '" + socket.getName() + "' of type " + config.type());
    }

    private TlsCompiler tls() {
        return new TlsCompiler(needs.secrets());
    }
}
