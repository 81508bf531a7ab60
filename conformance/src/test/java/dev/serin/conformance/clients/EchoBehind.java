package dev.serin.conformance.clients;

import dev.serin.conformance.differential.scenario.Certificates;

import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import io.netty.handler.ssl.SslProvider;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Map;

/// [EchoService] on a grpc-java server behind our proxy, whose listener `main` is plain and whose
/// listener `tls` is not.
final class EchoBehind implements AutoCloseable {
    private static final String SCENARIO =
            """
            clusters: {echo: {http2_protocol_options: {}}}
            routes: [{match: {prefix: /}, route: {cluster: echo, timeout: 0s, max_stream_duration: {grpc_timeout_header_max: 0s}}}]
            listener: {name: main}
            listeners:
            - name: tls
              address: {socket_address: {address: 127.0.0.1, port_value: 0}}
              filter_chains:
              - filters:
                - name: manager
                  typed_config:
                    "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
                    stat_prefix: tls
                    rds: {route_config_name: main, config_source: {ads: {}, resource_api_version: V3}}
                    http_filters: [{name: router, typed_config: {"@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router}}]
                transport_socket:
                  name: tls
                  typed_config:
                    "@type": type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext
                    common_tls_context:
                      alpn_protocols: [h2, http/1.1]
                      tls_certificates: [{certificate_chain: {inline_string: "${server.chain}"}, private_key: {inline_string: "${server.key}"}}]
            """;

    final EchoService service = new EchoService();
    private final Server server;
    private final Behind proxy;

    EchoBehind() throws Exception {
        server =
                NettyServerBuilder.forAddress(
                                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                        .addService(service.definition())
                        .maxInboundMessageSize(16 << 20)
                        .build()
                        .start();
        proxy = new Behind(SCENARIO, Map.of("echo", server.getPort()));
    }

    int port(String listener) {
        return proxy.port(listener);
    }

    ManagedChannel plain() {
        return NettyChannelBuilder.forAddress("127.0.0.1", proxy.port("main"))
                .usePlaintext()
                .maxInboundMessageSize(16 << 20)
                .build();
    }

    ManagedChannel overTls() throws Exception {
        var context =
                GrpcSslContexts.configure(GrpcSslContexts.forClient(), SslProvider.JDK)
                        .trustManager(Certificates.trust())
                        .build();
        return NettyChannelBuilder.forAddress("127.0.0.1", proxy.port("tls"))
                .overrideAuthority("server.example")
                .sslContext(context)
                .build();
    }

    @Override
    public void close() {
        proxy.close();
        server.shutdownNow();
    }
}
