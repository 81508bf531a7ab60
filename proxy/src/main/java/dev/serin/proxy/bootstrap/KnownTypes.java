package dev.serin.proxy.bootstrap;

import com.google.protobuf.util.JsonFormat;

import io.envoyproxy.envoy.admin.v3.ConfigDump;
import io.envoyproxy.envoy.config.bootstrap.v3.Bootstrap;
import io.envoyproxy.envoy.extensions.access_loggers.file.v3.FileAccessLog;
import io.envoyproxy.envoy.extensions.access_loggers.stream.v3.StdoutAccessLog;
import io.envoyproxy.envoy.extensions.filters.http.cors.v3.Cors;
import io.envoyproxy.envoy.extensions.filters.http.fault.v3.HTTPFault;
import io.envoyproxy.envoy.extensions.filters.http.rbac.v3.RBAC;
import io.envoyproxy.envoy.extensions.filters.http.router.v3.Router;
import io.envoyproxy.envoy.extensions.filters.listener.http_inspector.v3.HttpInspector;
import io.envoyproxy.envoy.extensions.filters.listener.original_dst.v3.OriginalDst;
import io.envoyproxy.envoy.extensions.filters.listener.tls_inspector.v3.TlsInspector;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import io.envoyproxy.envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy;
import io.envoyproxy.envoy.extensions.load_balancing_policies.least_request.v3.LeastRequest;
import io.envoyproxy.envoy.extensions.load_balancing_policies.round_robin.v3.RoundRobin;
import io.envoyproxy.envoy.extensions.transport_sockets.raw_buffer.v3.RawBuffer;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext;
import io.envoyproxy.envoy.extensions.upstreams.http.v3.HttpProtocolOptions;

/// The messages that may stand in an Any, which JSON must know by name to read or print them.
public final class KnownTypes {
    private KnownTypes() {}

    /// All of them; each brings what its file imports.
    public static JsonFormat.TypeRegistry registry() {
        return JsonFormat.TypeRegistry.newBuilder()
                .add(Bootstrap.getDescriptor())
                .add(ConfigDump.getDescriptor())
                .add(HttpConnectionManager.getDescriptor())
                .add(TcpProxy.getDescriptor())
                .add(Router.getDescriptor())
                .add(Cors.getDescriptor())
                .add(HTTPFault.getDescriptor())
                .add(RBAC.getDescriptor())
                .add(io.envoyproxy.envoy.extensions.filters.network.rbac.v3.RBAC.getDescriptor())
                .add(FileAccessLog.getDescriptor())
                .add(StdoutAccessLog.getDescriptor())
                .add(HttpInspector.getDescriptor())
                .add(TlsInspector.getDescriptor())
                .add(OriginalDst.getDescriptor())
                .add(LeastRequest.getDescriptor())
                .add(RoundRobin.getDescriptor())
                .add(RawBuffer.getDescriptor())
                .add(DownstreamTlsContext.getDescriptor())
                .add(UpstreamTlsContext.getDescriptor())
                .add(HttpProtocolOptions.getDescriptor())
                .add(com.github.udpa.udpa.type.v1.TypedStruct.getDescriptor())
                .add(com.github.xds.type.v3.TypedStruct.getDescriptor())
                .build();
    }
}
