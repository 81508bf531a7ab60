package dev.serin.proxy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.protobuf.Message;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;

import dev.serin.base.chance.Draws;
import dev.serin.base.time.Ticker;
import dev.serin.proxy.Origin.Wire;
import dev.serin.testkit.Authority;
import dev.serin.testkit.NothingLeft;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import java.util.List;
import java.util.concurrent.TimeUnit;

/// Two proxies that learn of each other on a TCP connection, one behind the other.
@ExtendWith(NothingLeft.class)
class PeerExchangeTest {
    private static final Authority MESH = Pki.authority("mesh");
    private static final Authority.Issued CLIENT =
            MESH.issue("client", "URI:spiffe://t/ns/shop/sa/client");
    private static final Authority.Issued SERVER =
            MESH.issue("server", "URI:spiffe://t/ns/store/sa/server");
    private static final String TRUST =
            "validation_context: {trusted_ca: " + Pki.inline(MESH.pem()) + "}";
    private static final String EXCHANGE =
            """
            - name: istio.metadata_exchange
              typed_config:
                "@type": type.googleapis.com/udpa.type.v1.TypedStruct
                type_url: type.googleapis.com/envoy.tcp.metadataexchange.config.MetadataExchange
                value: {protocol: istio-peer-exchange, enable_discovery: true}
            """;

    private static Rig rig(String workload, String namespace) {
        var node =
                Struct.newBuilder()
                        .putFields("WORKLOAD_NAME", text(workload))
                        .putFields("NAMESPACE", text(namespace))
                        .build();
        return new Rig(Draws.system(), Ticker.system(), null, 1, node);
    }

    private static Value text(String text) {
        return Value.newBuilder().setStringValue(text).build();
    }

    private static Message listener(String direction, String exchange, String cluster) {
        return Yaml.listener(
                """
                name: main
                traffic_direction: DIRECTION
                address: {socket_address: {address: 127.0.0.1, port_value: 0}}
                filter_chains:
                - filters:
                EXCHANGE
                  - name: istio.stats
                    typed_config: {"@type": type.googleapis.com/stats.PluginConfig}
                  - name: tcp
                    typed_config:
                      "@type": type.googleapis.com/envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy
                      stat_prefix: t
                      cluster: CLUSTER
                      access_log:
                      - name: log
                        typed_config: {"@type": type.googleapis.com/envoy.extensions.access_loggers.file.v3.FileAccessLog, path: /dev/null}
                """
                        .replace("DIRECTION", direction)
                        .replace("EXCHANGE", exchange.indent(2).stripTrailing())
                        .replace("CLUSTER", cluster));
    }

    private static Message inbound() {
        var listener =
                ((io.envoyproxy.envoy.config.listener.v3.Listener)
                                listener("INBOUND", EXCHANGE, "application"))
                        .toBuilder();
        listener.getFilterChainsBuilder(0)
                .setTransportSocket(
                        Yaml.socket(
                                "tls",
                                "DownstreamTlsContext",
                                "require_client_certificate: true, common_tls_context:"
                                        + " {alpn_protocols: [istio-peer-exchange, istio],"
                                        + " tls_certificates: ["
                                        + Pki.certificate(SERVER)
                                        + "], "
                                        + TRUST
                                        + "}"));
        return listener.build();
    }

    private static Message mesh(int port, String alpn) {
        var filters = "filters:\n" + EXCHANGE;
        return Rig.cluster("mesh", filters, port).toBuilder()
                .setTransportSocket(
                        Yaml.socket(
                                "tls",
                                "UpstreamTlsContext",
                                "common_tls_context: {alpn_protocols: ["
                                        + alpn
                                        + "], tls_certificates: ["
                                        + Pki.certificate(CLIENT)
                                        + "], "
                                        + TRUST
                                        + "}"))
                .build();
    }

    private static Origin echo() {
        return new Origin(wire -> {
            wire.write("hi ");
            wire.write(new String(wire.in.readAllBytes(), UTF_8));
        });
    }

    private static void exchange(Rig client) throws Exception {
        try (var wire = Wire.to(client.port("main"))) {
            wire.write("hello");
            wire.socket.shutdownOutput();
            assertEquals("hi hello", new String(wire.in.readAllBytes(), UTF_8));
        }
    }

    /// The labels of the only connection that was counted, once it has ended.
    private static String counted(Rig rig) throws InterruptedException {
        rig.log.connections.poll(5, TimeUnit.SECONDS);
        var text = rig.metrics.text();
        var lines =
                text.lines()
                        .filter(l -> l.startsWith("istio_tcp_connections_closed_total{"))
                        .toList();
        assertEquals(1, lines.size(), text);
        assertTrue(lines.getFirst().endsWith(" 1"), text);
        return lines.getFirst();
    }

    private static void has(String line, List<String> labels) {
        for (var label : labels) {
            assertTrue(line.contains(label), label + " in " + line);
        }
    }

    @Test
    void bothSidesTellTheOtherWhoTheyAre() throws Exception {
        try (var origin = echo();
                var server = rig("server-v1", "store");
                var client = rig("client-v1", "shop")) {
            var application = Rig.cluster("application", origin.port());
            assertEquals("[]", server.apply(application, inbound()).toString());
            assertEquals(
                    "[]",
                    client.apply(
                                    mesh(server.port("main"), "istio-peer-exchange, istio"),
                                    listener("OUTBOUND", "", "mesh"))
                            .toString());
            exchange(client);
            var ends =
                    List.of(
                            "source_workload=\"client-v1\"",
                            "source_workload_namespace=\"shop\"",
                            "destination_workload=\"server-v1\"",
                            "destination_workload_namespace=\"store\"");
            var source = counted(client);
            has(source, ends);
            has(source, List.of("reporter=\"source\""));
            var destination = counted(server);
            has(destination, ends);
            has(
                    destination,
                    List.of(
                            "reporter=\"destination\"",
                            "connection_security_policy=\"mutual_tls\""));
        }
    }

    @Test
    void nothingIsToldWhereTheOtherDoesNotSpeakTheProtocol() throws Exception {
        try (var origin = echo();
                var server = rig("server-v1", "store");
                var client = rig("client-v1", "shop")) {
            var application = Rig.cluster("application", origin.port());
            assertEquals("[]", server.apply(application, inbound()).toString());
            client.apply(mesh(server.port("main"), "istio"), listener("OUTBOUND", "", "mesh"));
            exchange(client);
            has(counted(client), List.of("destination_workload=\"unknown\""));
            has(counted(server), List.of("source_workload=\"unknown\""));
        }
    }
}
