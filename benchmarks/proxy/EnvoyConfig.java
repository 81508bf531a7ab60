import java.util.Set;
import java.util.StringJoiner;

/// The Envoy bootstrap of a row's set, given to Envoy and to our proxy alike.
///
/// @param ports where to listen and where the backend is
/// @param folder with the certificates
/// @param without what a full configuration shall lack: `rbac`, `log`, `tracing`, `metrics`
record EnvoyConfig(Row.Set set, Ports ports, String folder, Set<String> without) {
    private static final String EXTENSIONS = "type.googleapis.com/envoy.extensions.";

    /// Istio's usual one.
    private static final String LOG_FORMAT =
            "[%START_TIME%] \\\"%REQ(:METHOD)% %REQ(X-ENVOY-ORIGINAL-PATH?:PATH)% %PROTOCOL%\\\" %RESPONSE_CODE%"
                    + " %RESPONSE_FLAGS% %RESPONSE_CODE_DETAILS% %CONNECTION_TERMINATION_DETAILS%"
                    + " \\\"%UPSTREAM_TRANSPORT_FAILURE_REASON%\\\" %BYTES_RECEIVED% %BYTES_SENT% %DURATION%"
                    + " %RESP(X-ENVOY-UPSTREAM-SERVICE-TIME)% \\\"%REQ(X-FORWARDED-FOR)%\\\" \\\"%REQ(USER-AGENT)%\\\""
                    + " \\\"%REQ(X-REQUEST-ID)%\\\" \\\"%REQ(:AUTHORITY)%\\\" \\\"%UPSTREAM_HOST%\\\" %UPSTREAM_CLUSTER%"
                    + " %UPSTREAM_LOCAL_ADDRESS% %DOWNSTREAM_LOCAL_ADDRESS% %DOWNSTREAM_REMOTE_ADDRESS%"
                    + " %REQUESTED_SERVER_NAME% %ROUTE_NAME%\\n";

    /// The bootstrap for the proxy of that name.
    String text(int admin, String peer) {
        var clusters = new StringJoiner("\n");
        clusters.add(cluster("backend", set.h2));
        if (set.full) {
            clusters.add(cluster("spans", false));
        }
        for (var i = 0; i < set.services; i++) {
            clusters.add(cluster("service-" + i, set.h2));
        }
        return """
        node: {id: bench, cluster: bench}
        admin: {address: {socket_address: {address: 127.0.0.1, port_value: %d}}}
        static_resources:
          clusters:
        %s
          listeners:
          - name: main
            address: {socket_address: {address: 127.0.0.1, port_value: %d}}
            traffic_direction: INBOUND
            filter_chains:
            - filters:
        %s
        %s
        """
                .formatted(
                        admin,
                        in(2, clusters.toString()),
                        ports.of(peer),
                        in(6, set.tcp() ? tcp() : http(peer)),
                        in(6, set.tls ? tls() : ""));
    }

    private static String in(int spaces, String text) {
        return text.isBlank() ? "" : text.indent(spaces).stripTrailing();
    }

    private static String tcp() {
        return """
        - name: envoy.filters.network.tcp_proxy
          typed_config:
            "@type": %sfilters.network.tcp_proxy.v3.TcpProxy
            stat_prefix: main
            cluster: backend
        """
                .formatted(EXTENSIONS);
    }

    private String http(String peer) {
        return """
        - name: envoy.filters.network.http_connection_manager
          typed_config:
            "@type": %1$sfilters.network.http_connection_manager.v3.HttpConnectionManager
            stat_prefix: main
            generate_request_id: %2$s
            route_config:
              name: main
              virtual_hosts:
        %3$s
            http_filters:
        %4$s
            - name: envoy.filters.http.router
              typed_config: {"@type": %1$sfilters.http.router.v3.Router}
        %5$s
        """
                .formatted(
                        EXTENSIONS,
                        set.full,
                        in(6, hosts()),
                        in(4, set.full ? filters(peer) : ""),
                        in(4, full("log") ? log() : "") + "\n" + in(4, full("tracing") ? tracing() : ""));
    }

    private boolean full(String part) {
        return set.full && !without.contains(part);
    }

    private String hosts() {
        var hosts = new StringJoiner("\n");
        for (var i = 0; i < set.services; i++) {
            hosts.add(host("service-" + i, "service-%d, service-%d.bench.svc.cluster.local".formatted(i, i)));
        }
        return hosts.add(host("backend", "\"*\"")).toString();
    }

    private static String host(String name, String domains) {
        return """
        - name: %1$s
          domains: [%2$s]
          routes:
          - {name: default, match: {prefix: /}, route: {cluster: %1$s, timeout: 0s}}"""
                .formatted(name, domains);
    }

    private static String log() {
        return """
        access_log:
        - name: envoy.access_loggers.file
          typed_config:
            "@type": %saccess_loggers.file.v3.FileAccessLog
            path: /dev/stdout
            log_format: {text_format_source: {inline_string: "%s"}}
        """
                .formatted(EXTENSIONS, LOG_FORMAT);
    }

    private static String tracing() {
        return """
        tracing:
          client_sampling: {value: 100}
          random_sampling: {value: 1}
          overall_sampling: {value: 100}
          provider:
            name: envoy.tracers.zipkin
            typed_config:
              "@type": type.googleapis.com/envoy.config.trace.v3.ZipkinConfig
              collector_cluster: spans
              collector_endpoint: /spans
              collector_endpoint_version: HTTP_JSON
        """;
    }

    /// Those of an Istio sidecar that carry a request on its way in. Istio's metrics are a filter that only our proxy
    /// has: it does that work on top.
    private String filters(String peer) {
        var rbac =
                """
                - name: envoy.filters.http.rbac
                  typed_config:
                    "@type": %sfilters.http.rbac.v3.RBAC
                    rules:
                      action: ALLOW
                      policies:
                        one:
                          permissions: [{url_path: {path: {exact: /other}}}]
                          principals: [{any: true}]
                        two:
                          permissions:
                          - and_rules:
                              rules:
                              - header: {name: ":method", string_match: {exact: GET}}
                              - url_path: {path: {prefix: /}}
                          principals: [{direct_remote_ip: {address_prefix: 127.0.0.0, prefix_len: 8}}]
                """
                        .formatted(EXTENSIONS);
        var usual =
                """
                - name: envoy.filters.http.fault
                  typed_config: {"@type": %1$sfilters.http.fault.v3.HTTPFault}
                - name: envoy.filters.http.cors
                  typed_config: {"@type": %1$sfilters.http.cors.v3.Cors}
                """
                        .formatted(EXTENSIONS);
        var metrics =
                """
                - name: istio.stats
                  typed_config:
                    "@type": type.googleapis.com/udpa.type.v1.TypedStruct
                    type_url: type.googleapis.com/stats.PluginConfig
                    value: {}
                """;
        return (full("rbac") ? rbac : "") + usual + (full("metrics") && peer.equals("serin") ? metrics : "");
    }

    private String tls() {
        return """
        transport_socket:
          name: envoy.transport_sockets.tls
          typed_config:
            "@type": %1$stransport_sockets.tls.v3.DownstreamTlsContext
            require_client_certificate: true
            common_tls_context:
              alpn_protocols: [h2, http/1.1]
              tls_certificates:
              - {certificate_chain: {filename: %2$s/server.pem}, private_key: {filename: %2$s/server.key}}
              validation_context: {trusted_ca: {filename: %2$s/ca.pem}}
        """
                .formatted(EXTENSIONS, folder);
    }

    private String cluster(String name, boolean h2) {
        var most = "{max_connections: 100000, max_pending_requests: 100000, max_requests: 100000, max_retries: 100}";
        var protocol =
                """
                typed_extension_protocol_options:
                  envoy.extensions.upstreams.http.v3.HttpProtocolOptions:
                    "@type": %supstreams.http.v3.HttpProtocolOptions
                    explicit_http_config: {http2_protocol_options: {}}
                """
                        .formatted(EXTENSIONS);
        return """
        - name: %1$s
          type: STATIC
          connect_timeout: 5s
          circuit_breakers: {thresholds: [%2$s]}
          load_assignment:
            cluster_name: %1$s
            endpoints:
            - lb_endpoints:
              - endpoint: {address: {socket_address: {address: 127.0.0.1, port_value: %3$d}}}
        %4$s"""
                .formatted(name, most, ports.backend(h2), in(2, h2 ? protocol : ""))
                .stripTrailing();
    }
}
