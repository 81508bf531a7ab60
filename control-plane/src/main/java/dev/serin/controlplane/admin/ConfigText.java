package dev.serin.controlplane.admin;

import com.github.udpa.udpa.type.v1.TypedStruct;
import com.google.protobuf.Descriptors;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.TypeRegistry;
import com.google.protobuf.util.JsonFormat;

import dev.serin.xds.XdsResource;

import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.extensions.access_loggers.file.v3.FileAccessLog;
import io.envoyproxy.envoy.extensions.filters.http.cors.v3.Cors;
import io.envoyproxy.envoy.extensions.filters.http.cors.v3.CorsPolicy;
import io.envoyproxy.envoy.extensions.filters.http.fault.v3.HTTPFault;
import io.envoyproxy.envoy.extensions.filters.http.router.v3.Router;
import io.envoyproxy.envoy.extensions.filters.listener.http_inspector.v3.HttpInspector;
import io.envoyproxy.envoy.extensions.filters.listener.original_dst.v3.OriginalDst;
import io.envoyproxy.envoy.extensions.filters.listener.tls_inspector.v3.TlsInspector;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import io.envoyproxy.envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy;
import io.envoyproxy.envoy.extensions.retry.host.previous_hosts.v3.PreviousHostsPredicate;
import io.envoyproxy.envoy.extensions.retry.priority.previous_priorities.v3.PreviousPrioritiesConfig;
import io.envoyproxy.envoy.extensions.transport_sockets.proxy_protocol.v3.ProxyProtocolUpstreamTransport;
import io.envoyproxy.envoy.extensions.transport_sockets.raw_buffer.v3.RawBuffer;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext;
import io.envoyproxy.envoy.extensions.upstreams.http.v3.HttpProtocolOptions;

import java.util.List;

/// Resources as JSON that a person can read, in protobuf's own form and with Envoy's field names.
public final class ConfigText {
    private static final List<Descriptors.Descriptor> TYPES =
            List.of(
                    Cluster.getDescriptor(),
                    ClusterLoadAssignment.getDescriptor(),
                    Listener.getDescriptor(),
                    RouteConfiguration.getDescriptor(),
                    HttpConnectionManager.getDescriptor(),
                    TcpProxy.getDescriptor(),
                    HttpProtocolOptions.getDescriptor(),
                    FileAccessLog.getDescriptor(),
                    Router.getDescriptor(),
                    HTTPFault.getDescriptor(),
                    Cors.getDescriptor(),
                    CorsPolicy.getDescriptor(),
                    HttpInspector.getDescriptor(),
                    OriginalDst.getDescriptor(),
                    PreviousHostsPredicate.getDescriptor(),
                    PreviousPrioritiesConfig.getDescriptor(),
                    TlsInspector.getDescriptor(),
                    ProxyProtocolUpstreamTransport.getDescriptor(),
                    RawBuffer.getDescriptor(),
                    UpstreamTlsContext.getDescriptor(),
                    DownstreamTlsContext.getDescriptor(),
                    TypedStruct.getDescriptor());

    private final JsonFormat.Printer printer =
            JsonFormat.printer()
                    .preservingProtoFieldNames()
                    .usingTypeRegistry(TypeRegistry.newBuilder().add(TYPES).build());

    /// The resource's body, its type in `@type`.
    public String json(XdsResource resource) {
        try {
            return printer.print(resource.body());
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("a generator uses a type that is not in the list", e);
        }
    }
}
