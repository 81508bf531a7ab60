package dev.serin.proxy.extension;

import dev.serin.base.time.Ticker;
import dev.serin.proxy.http.filter.HttpFilterFactory;
import dev.serin.proxy.network.filter.NetworkFilterFactory;
import dev.serin.proxy.stream.AccessLog;
import dev.serin.proxy.tls.TlsNeeds;
import dev.serin.proxy.tracing.SpanSink;
import dev.serin.proxy.transport.TransportCompiler;

import org.jspecify.annotations.Nullable;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/// The extensions of one proxy, looked up by the type of their configuration. Immutable.
public final class Extensions {
    private final Map<String, HttpFilterFactory> httpFilters = new HashMap<>();
    private final Map<String, AccessLogFactory> accessLogs = new HashMap<>();
    private final Map<String, NetworkObserverFactory> networkObservers = new HashMap<>();
    private final TransportCompiler transports;
    private final Map<String, NetworkFilterFactory> networkFilters = new HashMap<>();

    private final SpanSink.Maker spans;
    private final ProxyName proxy;

    /// With files of this machine and no identity.
    public Extensions(
            List<? extends HttpFilterFactory> httpFilters,
            List<? extends AccessLogFactory> accessLogs,
            List<? extends NetworkObserverFactory> networkObservers,
            List<? extends NetworkFilterFactory> networkFilters) {
        this(
                httpFilters,
                accessLogs,
                networkObservers,
                networkFilters,
                new TransportCompiler(TlsNeeds.bare(Ticker.system())),
                (_, _) -> SpanSink.NOWHERE);
    }

    /// Of a proxy that nobody has named.
    public Extensions(
            List<? extends HttpFilterFactory> httpFilters,
            List<? extends AccessLogFactory> accessLogs,
            List<? extends NetworkObserverFactory> networkObservers,
            List<? extends NetworkFilterFactory> networkFilters,
            TransportCompiler transports,
            SpanSink.Maker spans) {
        this(
                httpFilters,
                accessLogs,
                networkObservers,
                networkFilters,
                transports,
                spans,
                ProxyName.NONE);
    }

    /// @param spans where the spans of a tracing provider go
    public Extensions(
            List<? extends HttpFilterFactory> httpFilters,
            List<? extends AccessLogFactory> accessLogs,
            List<? extends NetworkObserverFactory> networkObservers,
            List<? extends NetworkFilterFactory> networkFilters,
            TransportCompiler transports,
            SpanSink.Maker spans,
            ProxyName proxy) {
        this.spans = spans;
        this.proxy = proxy;
        httpFilters.forEach(f -> f.types().forEach(t -> this.httpFilters.put(t, f)));
        accessLogs.forEach(f -> f.types().forEach(t -> this.accessLogs.put(t, f)));
        networkObservers.forEach(f -> f.types().forEach(t -> this.networkObservers.put(t, f)));
        networkFilters.forEach(f -> f.types().forEach(t -> this.networkFilters.put(t, f)));
        this.transports = transports;
    }

    /// Compiles transport sockets.
    public TransportCompiler transports() {
        return transports;
    }

    /// @throws ConfigProblem naming the type if it is not known
    public HttpFilterFactory httpFilter(ExtensionConfig config) throws ConfigProblem {
        return known(httpFilters, config, "HTTP filter");
    }

    /// @throws ConfigProblem naming the type if it is not known
    public AccessLog accessLog(ExtensionConfig config) throws ConfigProblem {
        return known(accessLogs, config, "access logger").compile(config);
    }

    /// What only watches connections, for this type of configuration; null if there is none.
    public @Nullable NetworkObserverFactory networkObserver(ExtensionConfig config) {
        return networkObservers.get(config.type());
    }

    /// @throws ConfigProblem naming the type if it is not known
    public NetworkFilterFactory networkFilter(ExtensionConfig config) throws ConfigProblem {
        return known(networkFilters, config, "network filter");
    }

    /// Who the proxy is that is configured.
    public ProxyName proxy() {
        return proxy;
    }

    /// Where the spans of a tracing provider go.
    public SpanSink.Maker spans() {
        return spans;
    }

    /// Whether there is a filter for this type of configuration.
    public boolean knowsHttp(com.google.protobuf.Any config) throws ConfigProblem {
        return httpFilters.containsKey(ExtensionConfig.of("", config).type());
    }

    private static <F> F known(Map<String, F> factories, ExtensionConfig config, String what)
            throws ConfigProblem {
        var factory = factories.get(config.type());
        if (factory == null) {
            throw new ConfigProblem(
                    "typed_config",
                    "unknown "
                            + what
                            + " '"
                            + config.name()
                            + "' of type "
                            + config.type()
                            + " (known: "
                            + String.join(", ", new TreeSet<>(factories.keySet()))
                            + ")");
        }
        return factory;
    }
}
