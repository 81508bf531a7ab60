package dev.serin.proxy.fields;

import static java.util.Map.entry;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.TypeRegistry;
import com.google.protobuf.util.JsonFormat;

import dev.serin.proxy.extension.IstioMessages;

import io.envoyproxy.envoy.admin.v3.ConfigDump;
import io.envoyproxy.envoy.config.bootstrap.v3.Bootstrap;
import io.envoyproxy.envoy.config.rbac.v3.Action;
import io.envoyproxy.envoy.config.route.v3.FilterConfig;
import io.envoyproxy.envoy.config.trace.v3.OpenTelemetryConfig;
import io.envoyproxy.envoy.config.trace.v3.ZipkinConfig;
import io.envoyproxy.envoy.extensions.access_loggers.file.v3.FileAccessLog;
import io.envoyproxy.envoy.extensions.access_loggers.filters.cel.v3.ExpressionFilter;
import io.envoyproxy.envoy.extensions.access_loggers.stream.v3.StderrAccessLog;
import io.envoyproxy.envoy.extensions.access_loggers.stream.v3.StdoutAccessLog;
import io.envoyproxy.envoy.extensions.clusters.dns.v3.DnsCluster;
import io.envoyproxy.envoy.extensions.filters.http.buffer.v3.Buffer;
import io.envoyproxy.envoy.extensions.filters.http.buffer.v3.BufferPerRoute;
import io.envoyproxy.envoy.extensions.filters.http.cors.v3.Cors;
import io.envoyproxy.envoy.extensions.filters.http.cors.v3.CorsPolicy;
import io.envoyproxy.envoy.extensions.filters.http.fault.v3.HTTPFault;
import io.envoyproxy.envoy.extensions.filters.http.grpc_web.v3.GrpcWeb;
import io.envoyproxy.envoy.extensions.filters.http.header_mutation.v3.HeaderMutation;
import io.envoyproxy.envoy.extensions.filters.http.header_mutation.v3.HeaderMutationPerRoute;
import io.envoyproxy.envoy.extensions.filters.http.local_ratelimit.v3.LocalRateLimit;
import io.envoyproxy.envoy.extensions.filters.http.rbac.v3.RBAC;
import io.envoyproxy.envoy.extensions.filters.http.rbac.v3.RBACPerRoute;
import io.envoyproxy.envoy.extensions.filters.http.router.v3.Router;
import io.envoyproxy.envoy.extensions.filters.listener.http_inspector.v3.HttpInspector;
import io.envoyproxy.envoy.extensions.filters.listener.original_dst.v3.OriginalDst;
import io.envoyproxy.envoy.extensions.filters.listener.proxy_protocol.v3.ProxyProtocol;
import io.envoyproxy.envoy.extensions.filters.listener.tls_inspector.v3.TlsInspector;
import io.envoyproxy.envoy.extensions.filters.network.connection_limit.v3.ConnectionLimit;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import io.envoyproxy.envoy.extensions.filters.network.sni_cluster.v3.SniCluster;
import io.envoyproxy.envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy;
import io.envoyproxy.envoy.extensions.http.header_formatters.preserve_case.v3.PreserveCaseFormatterConfig;
import io.envoyproxy.envoy.extensions.http.original_ip_detection.custom_header.v3.CustomHeaderConfig;
import io.envoyproxy.envoy.extensions.http.original_ip_detection.xff.v3.XffConfig;
import io.envoyproxy.envoy.extensions.internal_redirect.allow_listed_routes.v3.AllowListedRoutesConfig;
import io.envoyproxy.envoy.extensions.internal_redirect.previous_routes.v3.PreviousRoutesConfig;
import io.envoyproxy.envoy.extensions.internal_redirect.safe_cross_scheme.v3.SafeCrossSchemeConfig;
import io.envoyproxy.envoy.extensions.load_balancing_policies.client_side_weighted_round_robin.v3.ClientSideWeightedRoundRobin;
import io.envoyproxy.envoy.extensions.load_balancing_policies.cluster_provided.v3.ClusterProvided;
import io.envoyproxy.envoy.extensions.load_balancing_policies.least_request.v3.LeastRequest;
import io.envoyproxy.envoy.extensions.load_balancing_policies.maglev.v3.Maglev;
import io.envoyproxy.envoy.extensions.load_balancing_policies.random.v3.Random;
import io.envoyproxy.envoy.extensions.load_balancing_policies.ring_hash.v3.RingHash;
import io.envoyproxy.envoy.extensions.load_balancing_policies.round_robin.v3.RoundRobin;
import io.envoyproxy.envoy.extensions.load_balancing_policies.subset.v3.Subset;
import io.envoyproxy.envoy.extensions.load_balancing_policies.wrr_locality.v3.WrrLocality;
import io.envoyproxy.envoy.extensions.matching.common_inputs.network.v3.DestinationIPInput;
import io.envoyproxy.envoy.extensions.matching.common_inputs.network.v3.DestinationPortInput;
import io.envoyproxy.envoy.extensions.matching.common_inputs.network.v3.DirectSourceIPInput;
import io.envoyproxy.envoy.extensions.matching.common_inputs.network.v3.ServerNameInput;
import io.envoyproxy.envoy.extensions.matching.common_inputs.network.v3.SourceIPInput;
import io.envoyproxy.envoy.extensions.matching.common_inputs.network.v3.SourcePortInput;
import io.envoyproxy.envoy.extensions.matching.common_inputs.ssl.v3.DnsSanInput;
import io.envoyproxy.envoy.extensions.matching.common_inputs.ssl.v3.SubjectInput;
import io.envoyproxy.envoy.extensions.matching.common_inputs.ssl.v3.UriSanInput;
import io.envoyproxy.envoy.extensions.matching.input_matchers.ip.v3.Ip;
import io.envoyproxy.envoy.extensions.network.dns_resolver.cares.v3.CaresDnsResolverConfig;
import io.envoyproxy.envoy.extensions.network.dns_resolver.getaddrinfo.v3.GetAddrInfoDnsResolverConfig;
import io.envoyproxy.envoy.extensions.path.match.uri_template.v3.UriTemplateMatchConfig;
import io.envoyproxy.envoy.extensions.path.rewrite.uri_template.v3.UriTemplateRewriteConfig;
import io.envoyproxy.envoy.extensions.request_id.uuid.v3.UuidRequestIdConfig;
import io.envoyproxy.envoy.extensions.resource_monitors.downstream_connections.v3.DownstreamConnectionsConfig;
import io.envoyproxy.envoy.extensions.resource_monitors.fixed_heap.v3.FixedHeapConfig;
import io.envoyproxy.envoy.extensions.retry.host.omit_canary_hosts.v3.OmitCanaryHostsPredicate;
import io.envoyproxy.envoy.extensions.retry.host.omit_host_metadata.v3.OmitHostMetadataConfig;
import io.envoyproxy.envoy.extensions.retry.host.previous_hosts.v3.PreviousHostsPredicate;
import io.envoyproxy.envoy.extensions.retry.priority.previous_priorities.v3.PreviousPrioritiesConfig;
import io.envoyproxy.envoy.extensions.transport_sockets.proxy_protocol.v3.ProxyProtocolUpstreamTransport;
import io.envoyproxy.envoy.extensions.transport_sockets.raw_buffer.v3.RawBuffer;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.SPIFFECertValidatorConfig;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.Secret;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext;
import io.envoyproxy.envoy.extensions.upstreams.http.v3.HttpProtocolOptions;
import io.envoyproxy.envoy.type.matcher.v3.HttpRequestHeaderMatchInput;

import org.jspecify.annotations.Nullable;

import java.util.Map;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/// The messages that may stand in an Any: to find their unread fields, and because JSON must know
/// them by name to read or print them. A descriptor is made when it is first asked for, for they
/// are slow to make.
public final class KnownTypes {
    private static final String LOGS = "envoy.extensions.access_loggers.";
    private static final String HTTP = "envoy.extensions.filters.http.";
    private static final String LISTENER = "envoy.extensions.filters.listener.";
    private static final String NETWORK = "envoy.extensions.filters.network.";
    private static final String BALANCING = "envoy.extensions.load_balancing_policies.";
    private static final String PATHS = "envoy.extensions.path.";
    private static final String INPUTS = "envoy.extensions.matching.common_inputs.";
    private static final String ORIGINS = "envoy.extensions.http.original_ip_detection.";
    private static final String REDIRECTS = "envoy.extensions.internal_redirect.";
    private static final String RETRY = "envoy.extensions.retry.";
    private static final String SOCKETS = "envoy.extensions.transport_sockets.";

    /// By full name.
    static final Map<String, Supplier<Descriptor>> TYPES =
            Map.ofEntries(
                    entry(LOGS + "file.v3.FileAccessLog", FileAccessLog::getDescriptor),
                    entry(
                            LOGS + "filters.cel.v3.ExpressionFilter",
                            ExpressionFilter::getDescriptor),
                    entry(LOGS + "stream.v3.StderrAccessLog", StderrAccessLog::getDescriptor),
                    entry(LOGS + "stream.v3.StdoutAccessLog", StdoutAccessLog::getDescriptor),
                    entry(HTTP + "buffer.v3.Buffer", Buffer::getDescriptor),
                    entry(HTTP + "buffer.v3.BufferPerRoute", BufferPerRoute::getDescriptor),
                    entry(HTTP + "cors.v3.Cors", Cors::getDescriptor),
                    entry(HTTP + "cors.v3.CorsPolicy", CorsPolicy::getDescriptor),
                    entry(HTTP + "fault.v3.HTTPFault", HTTPFault::getDescriptor),
                    entry(
                            HTTP + "grpc_stats.v3.FilterConfig",
                            io.envoyproxy.envoy.extensions.filters.http.grpc_stats.v3.FilterConfig
                                    ::getDescriptor),
                    entry(HTTP + "grpc_web.v3.GrpcWeb", GrpcWeb::getDescriptor),
                    entry(
                            HTTP + "header_mutation.v3.HeaderMutation",
                            HeaderMutation::getDescriptor),
                    entry(
                            HTTP + "header_mutation.v3.HeaderMutationPerRoute",
                            HeaderMutationPerRoute::getDescriptor),
                    entry(
                            HTTP + "local_ratelimit.v3.LocalRateLimit",
                            LocalRateLimit::getDescriptor),
                    entry(
                            NETWORK + "local_ratelimit.v3.LocalRateLimit",
                            io.envoyproxy.envoy.extensions.filters.network.local_ratelimit.v3
                                            .LocalRateLimit
                                    ::getDescriptor),
                    entry(HTTP + "rbac.v3.RBAC", RBAC::getDescriptor),
                    entry(HTTP + "rbac.v3.RBACPerRoute", RBACPerRoute::getDescriptor),
                    entry(HTTP + "router.v3.Router", Router::getDescriptor),
                    entry("envoy.config.route.v3.FilterConfig", FilterConfig::getDescriptor),
                    entry(
                            LISTENER + "http_inspector.v3.HttpInspector",
                            HttpInspector::getDescriptor),
                    entry(LISTENER + "original_dst.v3.OriginalDst", OriginalDst::getDescriptor),
                    entry(LISTENER + "tls_inspector.v3.TlsInspector", TlsInspector::getDescriptor),
                    entry(
                            NETWORK + "connection_limit.v3.ConnectionLimit",
                            ConnectionLimit::getDescriptor),
                    entry(NETWORK + "sni_cluster.v3.SniCluster", SniCluster::getDescriptor),
                    entry(
                            NETWORK + "http_connection_manager.v3.HttpConnectionManager",
                            HttpConnectionManager::getDescriptor),
                    entry(
                            NETWORK + "rbac.v3.RBAC",
                            io.envoyproxy.envoy.extensions.filters.network.rbac.v3.RBAC
                                    ::getDescriptor),
                    entry(NETWORK + "tcp_proxy.v3.TcpProxy", TcpProxy::getDescriptor),
                    entry(BALANCING + "ring_hash.v3.RingHash", RingHash::getDescriptor),
                    entry(BALANCING + "maglev.v3.Maglev", Maglev::getDescriptor),
                    entry(
                            BALANCING
                                    + "client_side_weighted_round_robin.v3.ClientSideWeightedRoundRobin",
                            ClientSideWeightedRoundRobin::getDescriptor),
                    entry(BALANCING + "wrr_locality.v3.WrrLocality", WrrLocality::getDescriptor),
                    entry(
                            BALANCING + "cluster_provided.v3.ClusterProvided",
                            ClusterProvided::getDescriptor),
                    entry(BALANCING + "subset.v3.Subset", Subset::getDescriptor),
                    entry("envoy.extensions.clusters.dns.v3.DnsCluster", DnsCluster::getDescriptor),
                    entry(
                            "envoy.extensions.clusters.aggregate.v3.ClusterConfig",
                            io.envoyproxy.envoy.extensions.clusters.aggregate.v3.ClusterConfig
                                    ::getDescriptor),
                    entry(
                            "envoy.extensions.clusters.dynamic_forward_proxy.v3.ClusterConfig",
                            io.envoyproxy.envoy.extensions.clusters.dynamic_forward_proxy.v3
                                            .ClusterConfig
                                    ::getDescriptor),
                    entry(
                            HTTP + "dynamic_forward_proxy.v3.FilterConfig",
                            io.envoyproxy.envoy.extensions.filters.http.dynamic_forward_proxy.v3
                                            .FilterConfig
                                    ::getDescriptor),
                    entry(
                            HTTP + "dynamic_forward_proxy.v3.PerRouteConfig",
                            io.envoyproxy.envoy.extensions.filters.http.dynamic_forward_proxy.v3
                                            .PerRouteConfig
                                    ::getDescriptor),
                    entry(
                            "envoy.config.trace.v3.OpenTelemetryConfig",
                            OpenTelemetryConfig::getDescriptor),
                    entry("envoy.config.trace.v3.ZipkinConfig", ZipkinConfig::getDescriptor),
                    entry(
                            "envoy.extensions.request_id.uuid.v3.UuidRequestIdConfig",
                            UuidRequestIdConfig::getDescriptor),
                    entry(
                            "envoy.extensions.http.header_formatters.preserve_case.v3.PreserveCaseFormatterConfig",
                            PreserveCaseFormatterConfig::getDescriptor),
                    entry(BALANCING + "least_request.v3.LeastRequest", LeastRequest::getDescriptor),
                    entry(BALANCING + "random.v3.Random", Random::getDescriptor),
                    entry(BALANCING + "round_robin.v3.RoundRobin", RoundRobin::getDescriptor),
                    entry(
                            "envoy.extensions.resource_monitors.downstream_connections.v3.DownstreamConnectionsConfig",
                            DownstreamConnectionsConfig::getDescriptor),
                    entry(
                            "envoy.extensions.resource_monitors.fixed_heap.v3.FixedHeapConfig",
                            FixedHeapConfig::getDescriptor),
                    entry("envoy.config.rbac.v3.Action", Action::getDescriptor),
                    entry(
                            INPUTS + "network.v3.DestinationIPInput",
                            DestinationIPInput::getDescriptor),
                    entry(
                            INPUTS + "network.v3.DestinationPortInput",
                            DestinationPortInput::getDescriptor),
                    entry(
                            INPUTS + "network.v3.DirectSourceIPInput",
                            DirectSourceIPInput::getDescriptor),
                    entry(INPUTS + "network.v3.ServerNameInput", ServerNameInput::getDescriptor),
                    entry(INPUTS + "network.v3.SourceIPInput", SourceIPInput::getDescriptor),
                    entry(INPUTS + "network.v3.SourcePortInput", SourcePortInput::getDescriptor),
                    entry(INPUTS + "ssl.v3.DnsSanInput", DnsSanInput::getDescriptor),
                    entry(INPUTS + "ssl.v3.SubjectInput", SubjectInput::getDescriptor),
                    entry(INPUTS + "ssl.v3.UriSanInput", UriSanInput::getDescriptor),
                    entry("envoy.extensions.matching.input_matchers.ip.v3.Ip", Ip::getDescriptor),
                    entry(
                            "envoy.type.matcher.v3.HttpRequestHeaderMatchInput",
                            HttpRequestHeaderMatchInput::getDescriptor),
                    entry(
                            ORIGINS + "custom_header.v3.CustomHeaderConfig",
                            CustomHeaderConfig::getDescriptor),
                    entry(ORIGINS + "xff.v3.XffConfig", XffConfig::getDescriptor),
                    entry(
                            REDIRECTS + "allow_listed_routes.v3.AllowListedRoutesConfig",
                            AllowListedRoutesConfig::getDescriptor),
                    entry(
                            REDIRECTS + "previous_routes.v3.PreviousRoutesConfig",
                            PreviousRoutesConfig::getDescriptor),
                    entry(
                            REDIRECTS + "safe_cross_scheme.v3.SafeCrossSchemeConfig",
                            SafeCrossSchemeConfig::getDescriptor),
                    entry(
                            PATHS + "match.uri_template.v3.UriTemplateMatchConfig",
                            UriTemplateMatchConfig::getDescriptor),
                    entry(
                            PATHS + "rewrite.uri_template.v3.UriTemplateRewriteConfig",
                            UriTemplateRewriteConfig::getDescriptor),
                    entry(
                            RETRY + "host.omit_canary_hosts.v3.OmitCanaryHostsPredicate",
                            OmitCanaryHostsPredicate::getDescriptor),
                    entry(
                            RETRY + "host.omit_host_metadata.v3.OmitHostMetadataConfig",
                            OmitHostMetadataConfig::getDescriptor),
                    entry(
                            RETRY + "priority.previous_priorities.v3.PreviousPrioritiesConfig",
                            PreviousPrioritiesConfig::getDescriptor),
                    entry(
                            RETRY + "host.previous_hosts.v3.PreviousHostsPredicate",
                            PreviousHostsPredicate::getDescriptor),
                    entry(SOCKETS + "raw_buffer.v3.RawBuffer", RawBuffer::getDescriptor),
                    entry(
                            "envoy.extensions.network.dns_resolver.cares.v3.CaresDnsResolverConfig",
                            CaresDnsResolverConfig::getDescriptor),
                    entry(
                            "envoy.extensions.network.dns_resolver.getaddrinfo.v3.GetAddrInfoDnsResolverConfig",
                            GetAddrInfoDnsResolverConfig::getDescriptor),
                    entry(
                            SOCKETS + "tls.v3.DownstreamTlsContext",
                            DownstreamTlsContext::getDescriptor),
                    entry(SOCKETS + "tls.v3.Secret", Secret::getDescriptor),
                    entry(
                            SOCKETS + "tls.v3.SPIFFECertValidatorConfig",
                            SPIFFECertValidatorConfig::getDescriptor),
                    entry(
                            SOCKETS + "proxy_protocol.v3.ProxyProtocolUpstreamTransport",
                            ProxyProtocolUpstreamTransport::getDescriptor),
                    entry(
                            "envoy.extensions.filters.listener.proxy_protocol.v3.ProxyProtocol",
                            ProxyProtocol::getDescriptor),
                    entry(SOCKETS + "tls.v3.UpstreamTlsContext", UpstreamTlsContext::getDescriptor),
                    entry(
                            "envoy.extensions.upstreams.http.v3.HttpProtocolOptions",
                            HttpProtocolOptions::getDescriptor));

    private static final Pattern TYPE = Pattern.compile("\"@type\": *\"[^\"/]*/([^\"]*)\"");

    private KnownTypes() {}

    /// Null for one that is not known.
    public static @Nullable Descriptor find(String type) {
        var known = TYPES.get(type);
        return known == null ? null : known.get();
    }

    /// All of them, and what they and a bootstrap refer to.
    public static JsonFormat.TypeRegistry registry() {
        return Registry.ALL;
    }

    /// Those that `json` names by `@type`, and what they refer to; all if it names one that is not
    /// listed here. Few are made in a fraction of the time that all take, which is a good part of a
    /// proxy's start.
    public static JsonFormat.TypeRegistry registryFor(String json) {
        var some =
                JsonFormat.TypeRegistry.newBuilder()
                        .add(com.github.udpa.udpa.type.v1.TypedStruct.getDescriptor())
                        .add(com.github.xds.type.v3.TypedStruct.getDescriptor());
        var named = TYPE.matcher(json);
        while (named.find()) {
            var type = named.group(1);
            var known = find(type);
            if (known != null) {
                some.add(known);
            } else if (!type.endsWith(".type.v1.TypedStruct")
                    && !type.endsWith(".type.v3.TypedStruct")) {
                return registry();
            }
        }
        return some.build();
    }

    /// All of them for protobuf's text form.
    public static TypeRegistry ofText() {
        var all = TypeRegistry.newBuilder();
        TYPES.values().forEach(type -> all.add(type.get()));
        return all.build();
    }

    /// Made when it is first asked for.
    private static final class Registry {
        static final JsonFormat.TypeRegistry ALL = all();
    }

    private static JsonFormat.TypeRegistry all() {
        var all =
                JsonFormat.TypeRegistry.newBuilder()
                        .add(Bootstrap.getDescriptor())
                        .add(ConfigDump.getDescriptor())
                        .add(com.github.udpa.udpa.type.v1.TypedStruct.getDescriptor())
                        .add(com.github.xds.type.v3.TypedStruct.getDescriptor());
        TYPES.values().forEach(type -> all.add(type.get()));
        IstioMessages.descriptors().forEach(all::add);
        return all.build();
    }
}
