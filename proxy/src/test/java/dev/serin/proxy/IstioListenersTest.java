package dev.serin.proxy;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.serin.base.chance.Draws;
import dev.serin.proxy.Origin.Wire;
import dev.serin.testkit.NothingLeft;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// Listeners of the form in which Istio's own control plane generates them for a sidecar: all its
/// filters, on every kind of chain.
@ExtendWith(NothingLeft.class)
class IstioListenersTest {
    private static final String STATS =
            """
            name: istio.stats
            typed_config:
              "@type": type.googleapis.com/stats.PluginConfig
            """;
    private static final String EXCHANGE =
            """
            name: istio.metadata_exchange
            typed_config:
              "@type": type.googleapis.com/udpa.type.v1.TypedStruct
              type_url: type.googleapis.com/envoy.tcp.metadataexchange.config.MetadataExchange
              value: {protocol: istio-peer-exchange, enable_discovery: true}
            """;
    private static final String RULES =
            """
            rules:
              policies:
                "ns[foo]-policy[httpbin]-rule[0]":
                  permissions: [{and_rules: {rules: [{any: true}]}}]
                  principals:
                  - and_ids:
                      ids:
                      - or_ids:
                          ids:
                          - authenticated: {principal_name: {safe_regex: {google_re2: {}, regex: ".*/ns/foo/.*"}}}
                          - {any: true}
            """;
    private static final String LOG =
            """
            access_log:
            - name: envoy.access_loggers.file
              typed_config:
                "@type": type.googleapis.com/envoy.extensions.access_loggers.file.v3.FileAccessLog
                path: /dev/stdout
                log_format: {text_format_source: {inline_string: "[%START_TIME%] %RESPONSE_CODE%\\n"}}
            """;

    private static String item(String yaml) {
        return "- " + yaml.indent(2).strip() + "\n";
    }

    /// An HTTP connection manager as a list item.
    private static String http(String direction, String discovery, String routes) {
        var filters =
                item(
                                """
                                name: envoy.filters.http.peer_metadata
                                typed_config:
                                  "@type": type.googleapis.com/udpa.type.v1.TypedStruct
                                  type_url: type.googleapis.com/io.istio.http.peer_metadata.Config
                                  value: {DISCOVERY}
                                """
                                        .replace("DISCOVERY", discovery))
                        + item(
                                """
                                name: envoy.filters.http.rbac
                                typed_config:
                                  "@type": type.googleapis.com/envoy.extensions.filters.http.rbac.v3.RBAC
                                """
                                        + (RULES
                                                        + "shadow_rules_stat_prefix:"
                                                        + " istio_dry_run_allow_\n")
                                                .indent(2))
                        + item(
                                """
                                name: istio.alpn
                                typed_config:
                                  "@type": type.googleapis.com/istio.envoy.config.filter.http.alpn.v2alpha1.FilterConfig
                                """)
                        + item(
                                """
                                name: envoy.filters.http.grpc_stats
                                typed_config: {"@type": type.googleapis.com/envoy.extensions.filters.http.grpc_stats.v3.FilterConfig, emit_filter_state: true, stats_for_all_methods: false}
                                """)
                        + item(
                                """
                                name: envoy.filters.http.fault
                                typed_config: {"@type": type.googleapis.com/envoy.extensions.filters.http.fault.v3.HTTPFault}
                                """)
                        + item(
                                """
                                name: envoy.filters.http.cors
                                typed_config: {"@type": type.googleapis.com/envoy.extensions.filters.http.cors.v3.Cors}
                                """)
                        + item(STATS)
                        + item(
                                """
                                name: envoy.filters.http.router
                                typed_config: {"@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router}
                                """);
        return item(
                """
                name: envoy.filters.network.http_connection_manager
                typed_config:
                  "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
                  stat_prefix: DIRECTION_0.0.0.0_80
                  server_name: istio-envoy
                  use_remote_address: false
                  forward_client_cert_details: APPEND_FORWARD
                  set_current_client_cert_details: {subject: true, dns: true, uri: true}
                  upgrade_configs: [{upgrade_type: websocket}]
                  stream_idle_timeout: 0s
                  normalize_path: true
                  path_with_escaped_slashes_action: KEEP_UNCHANGED
                  request_id_extension:
                    typed_config: {"@type": type.googleapis.com/envoy.extensions.request_id.uuid.v3.UuidRequestIdConfig, use_request_id_for_trace_sampling: true}
                  tracing:
                    client_sampling: {value: 100}
                    random_sampling: {value: 1}
                    overall_sampling: {value: 100}
                    custom_tags:
                    - tag: istio.authorization.dry_run.allow_policy.name
                      metadata: {kind: {request: {}}, metadata_key: {key: envoy.filters.http.rbac, path: [{key: istio_dry_run_allow_shadow_effective_policy_id}]}}
                    - {tag: istio.mesh_id, literal: {value: cluster.local}}
                """
                                .replace("DIRECTION", direction)
                        + (LOG + routes + "http_filters:\n" + filters).indent(2));
    }

    private static String inline(String cluster) {
        return """
        route_config:
          name: inbound|80||
          validate_clusters: false
          virtual_hosts:
          - name: inbound|http|80
            domains: ["*"]
            routes:
            - name: default
              match: {prefix: /}
              decorator: {operation: "httpbin.foo.svc.cluster.local:80/*"}
              route: {cluster: CLUSTER, timeout: 0s, max_stream_duration: {max_stream_duration: 0s, grpc_timeout_header_max: 0s}}
        """
                .replace("CLUSTER", cluster);
    }

    private static String tcp(String cluster) {
        return item(EXCHANGE)
                + item(
                        """
                        name: envoy.filters.network.rbac
                        typed_config:
                          "@type": type.googleapis.com/envoy.extensions.filters.network.rbac.v3.RBAC
                          stat_prefix: tcp.
                        """
                                + RULES.indent(2))
                + item(STATS)
                + item(
                        """
                        name: envoy.filters.network.tcp_proxy
                        typed_config:
                          "@type": type.googleapis.com/envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy
                          stat_prefix: CLUSTER
                          cluster: CLUSTER
                        """
                                        .replace("CLUSTER", cluster)
                                + LOG.indent(2));
    }

    private static String chain(String match, String filters) {
        return item(
                "filter_chain_match: " + match + "\nname: virtualInbound\nfilters:\n" + filters);
    }

    private static String listener(String direction, String chains) {
        return """
        name: main
        traffic_direction: DIRECTION
        address: {socket_address: {address: 127.0.0.1, port_value: 0}}
        continue_on_listener_filters_timeout: true
        listener_filters_timeout: 0s
        listener_filters:
        - name: envoy.filters.listener.original_dst
          typed_config: {"@type": type.googleapis.com/envoy.extensions.filters.listener.original_dst.v3.OriginalDst}
        - name: envoy.filters.listener.tls_inspector
          typed_config: {"@type": type.googleapis.com/envoy.extensions.filters.listener.tls_inspector.v3.TlsInspector}
        - name: envoy.filters.listener.http_inspector
          typed_config: {"@type": type.googleapis.com/envoy.extensions.filters.listener.http_inspector.v3.HttpInspector}
        filter_chains:
        """
                        .replace("DIRECTION", direction)
                + chains;
    }

    @Test
    void aSidecarsInboundListenerServes() throws Exception {
        try (var one = Origin.answering("ok");
                var rig = new Rig(Draws.system())) {
            var discovery =
                    "downstream_discovery: [{istio_headers: {}}, {workload_discovery: {}}],"
                            + " downstream_propagation: [{istio_headers: {}}]";
            var chains =
                    chain(
                                    "{application_protocols: [\"http/1.0\", \"http/1.1\", h2c]}",
                                    http("inbound", discovery, inline("InboundPassthroughCluster")))
                            + chain("{}", tcp("InboundPassthroughCluster"));
            assertEquals(
                    "[]",
                    rig.apply(
                                    Rig.cluster("InboundPassthroughCluster", one.port()),
                                    Yaml.listener(listener("INBOUND", chains)))
                            .toString());
            try (var client = Wire.to(rig.port("main"))) {
                assertEquals("ok", client.get("/", "x-request-id: not-a-uuid").body());
            }
            rig.end();
            var metrics = rig.metrics.text();
            assertEquals(
                    1,
                    metrics.lines()
                            .filter(l -> l.startsWith("istio_requests_total{"))
                            .filter(l -> l.contains("reporter=\"destination\""))
                            .count(),
                    metrics);
        }
    }

    @Test
    void aSidecarsOutboundListenerServes() throws Exception {
        try (var one = Origin.answering("ok");
                var rig = new Rig(Draws.system())) {
            var discovery =
                    "upstream_discovery: [{istio_headers: {}}, {workload_discovery: {}}],"
                            + " upstream_propagation: [{istio_headers: {skip_external_clusters:"
                            + " true}}]";
            var chains =
                    chain(
                                    "{application_protocols: [\"http/1.0\", \"http/1.1\", h2c],"
                                            + " transport_protocol: raw_buffer}",
                                    http(
                                            "outbound",
                                            discovery,
                                            "rds: {route_config_name: routes, config_source: {ads:"
                                                    + " {}, initial_fetch_timeout: 0s,"
                                                    + " resource_api_version: V3}}\n"))
                            + chain("{}", tcp("one"));
            assertEquals(
                    "[]",
                    rig.apply(
                                    Rig.cluster("one", one.port()),
                                    Rig.routes("- match: {prefix: /}\n  route: {cluster: one}\n"),
                                    Yaml.listener(listener("OUTBOUND", chains)))
                            .toString());
            try (var client = Wire.to(rig.port("main"))) {
                assertEquals("ok", client.get("/").body());
            }
        }
    }
}
