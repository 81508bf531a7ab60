package dev.serin.proxy.telemetry.istio;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import com.google.protobuf.Struct;

import dev.serin.proxy.expression.Expression;
import dev.serin.proxy.extension.ConfigProblem;
import dev.serin.proxy.extension.ExtensionConfig;
import dev.serin.proxy.http.GrpcMessages;
import dev.serin.proxy.stream.Direction;
import dev.serin.proxy.stream.Slots;
import dev.serin.proxy.telemetry.Ends;
import dev.serin.proxy.telemetry.metrics.Metrics;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.Map;

class IstioMetricsTest {
    private static final Struct WEB =
            Ends.struct(
                    """
                    {"NAME": "web-1", "NAMESPACE": "default", "WORKLOAD_NAME": "web",
                     "CLUSTER_ID": "Kubernetes", "SECRET": "mine",
                     "LABELS": {"app": "web", "version": "v3", "other": "x",
                       "service.istio.io/canonical-name": "web",
                       "service.istio.io/canonical-revision": "v3"}}
                    """);
    private final Metrics metrics = new Metrics(100);
    private final PeerMetadata own = new PeerMetadata("sidecar~10.0.0.1~web-1.default~x", WEB);

    @Test
    void countsAtTheSourceWithTheEndpointsWorkload() throws Exception {
        var end = Ends.answered(Direction.OUTBOUND, new Slots());
        var upstream =
                Ends.upstream(
                        Map.of(
                                "istio",
                                Ends.struct(
                                        "{\"workload\":"
                                                + " \"digits-v1;default;digits;v1;Kubernetes\"}")));
        new StatsFilters(metrics, own).compile(config(null)).get().ended(null, with(end, upstream));

        assertEquals(
                "istio_requests_total{reporter=\"source\",source_workload=\"web\","
                        + "source_canonical_service=\"web\",source_canonical_revision=\"v3\","
                        + "source_workload_namespace=\"default\",source_principal=\"unknown\","
                        + "source_app=\"web\",source_version=\"v3\",source_cluster=\"Kubernetes\","
                        + "destination_workload=\"digits-v1\","
                        + "destination_workload_namespace=\"default\","
                        + "destination_principal=\"unknown\",destination_app=\"digits\","
                        + "destination_version=\"v1\","
                        + "destination_service=\"digits.default.svc.cluster.local\","
                        + "destination_canonical_service=\"digits\","
                        + "destination_canonical_revision=\"v1\","
                        + "destination_service_name=\"digits\","
                        + "destination_service_namespace=\"default\","
                        + "destination_cluster=\"Kubernetes\",request_protocol=\"http\","
                        + "response_flags=\"-\",connection_security_policy=\"unknown\","
                        + "response_code=\"200\",grpc_response_status=\"\"} 1",
                line("istio_requests_total{"));
        assertTrue(line("istio_request_duration_milliseconds_sum").endsWith(" 13"));
        assertTrue(line("istio_request_bytes_sum").endsWith(" 320"));
        assertTrue(line("istio_response_bytes_sum").endsWith(" 183"));
        var buckets =
                metrics.text()
                        .lines()
                        .filter(l -> l.startsWith("istio_request_duration_millis"))
                        .filter(l -> l.contains("_bucket"))
                        .toList();
        assertEquals(20, buckets.size());
    }

    @Test
    void countsAtTheDestinationWithWhatThePeerTold() throws Exception {
        var slots = new Slots();
        slots.put(Peer.SLOT, own.read(own.encoded()));
        var local =
                new PeerMetadata(
                        "n",
                        Ends.struct("{\"WORKLOAD_NAME\": \"digits-v1\", \"NAMESPACE\": \"ml\"}"));
        new StatsFilters(metrics, local)
                .compile(config(null))
                .get()
                .ended(null, Ends.answered(Direction.INBOUND, slots));

        var line = line("istio_requests_total{");
        assertTrue(line.contains("reporter=\"destination\",source_workload=\"web\""), line);
        assertTrue(line.contains("destination_workload=\"digits-v1\""), line);
        assertTrue(line.contains("destination_canonical_revision=\"latest\""), line);
        assertTrue(line.contains("connection_security_policy=\"none\""), line);
        assertTrue(line.contains("source_version=\"v3\""), line);
    }

    @Test
    void namesTheServiceByTheRequestWhereNothingIsKnown() throws Exception {
        new StatsFilters(metrics, own).compile(config(null)).get().ended(null, Ends.unrouted());
        var line = line("istio_requests_total{");
        assertTrue(line.contains("destination_service=\"other\""), line);
        assertTrue(line.contains("response_flags=\"NR\""), line);

        var noFallback = config(Ends.struct("{\"disable_host_header_fallback\": true}"));
        new StatsFilters(metrics, own).compile(noFallback).get().ended(null, Ends.unrouted());
        assertTrue(
                metrics.text()
                        .lines()
                        .anyMatch(l ->
                                l.startsWith("istio_requests_total{")
                                        && l.contains("destination_service=\"unknown\"")));
    }

    @Test
    void countsBytesOfAConnectionOnceWhileItLives() throws Exception {
        var observer = new StatsObservers(metrics, own).compile(config(null));
        var slots = new Slots();
        observer.opened(Ends.tcp(0, 0, slots));
        observer.progressed(Ends.tcp(100, 10, slots));
        observer.progressed(Ends.tcp(150, 10, slots));
        observer.ended(Ends.tcp(150, 30, slots));
        assertTrue(line("istio_tcp_received_bytes_total").endsWith(" 150"));
        assertTrue(line("istio_tcp_sent_bytes_total").endsWith(" 30"));
        assertTrue(line("istio_tcp_connections_opened_total").endsWith(" 1"));
        assertTrue(line("istio_tcp_connections_closed_total").endsWith(" 1"));
    }

    @Test
    void changesLabelsAndDropsMetricsAsConfigured() throws Exception {
        var filters = new StatsFilters(metrics, own);
        var settings =
                Ends.struct(
                        """
                        {"metrics": [
                          {"name": "requests_total",
                           "dimensions": {"host": "request.host", "source_app": "'me'",
                             "kind": "request.method == 'GET' ? 'read' : 'write'",
                             "node": "node.metadata['WORKLOAD_NAME']",
                             "absent": "request.headers['x-none']"},
                           "tags_to_remove": ["destination_principal"]},
                          {"name": "request_bytes", "drop": true},
                          {"tags_to_remove": ["source_cluster"]}],
                         "definitions": [{"name": "paid_total", "value": "response.code + 1"}]}
                        """);
        filters.compile(config(settings))
                .get()
                .ended(null, Ends.answered(Direction.OUTBOUND, new Slots()));
        var line = line("istio_requests_total{");
        assertTrue(line.contains("host=\"digits:8501\""), line);
        assertTrue(line.contains("kind=\"write\""), line);
        assertTrue(line.contains("node=\"web\""), line);
        assertTrue(line.contains("absent=\"unknown\""), line);
        assertTrue(line.contains("source_app=\"me\""), line);
        assertTrue(!line.contains("destination_principal"), line);
        assertTrue(!line.contains("source_cluster"), line);
        assertEquals("", line("istio_request_bytes"));
        assertTrue(!line("istio_response_bytes_sum").contains("source_cluster"));
        assertTrue(line("istio_paid_total").endsWith(" 201"), line("istio_paid_total"));
    }

    @Test
    void metricsOfOnesOwnHaveOnlyTheLabelsThatTheyAreGiven() throws Exception {
        var settings =
                Ends.struct(
                        """
                        {"metrics": [{"name": "age", "dimensions": {"source_app": "'me'"}},
                                     {"drop": true}],
                         "definitions": [
                          {"name": "paid", "value": "200", "type": "COUNTER"},
                          {"name": "age", "value": "response.code", "type": "GAUGE"},
                          {"name": "width", "value": "7", "type": "HISTOGRAM"}]}
                        """);
        var filter = new StatsFilters(metrics, own).compile(config(settings)).get();
        for (var i = 0; i < 2; i++) {
            filter.ended(null, Ends.answered(Direction.OUTBOUND, new Slots()));
        }
        assertEquals("istio_paid 400", line("istio_paid"));
        assertEquals("istio_age{source_app=\"me\"} 200", line("istio_age"));
        assertEquals("istio_width_sum 14", line("istio_width_sum"));
        assertTrue(line("istio_requests_total").endsWith(" 2"), line("istio_requests_total"));
        assertEquals("istio_build{component=\"proxy\",tag=\"unknown\"} 1", line("istio_build{"));
    }

    @Test
    void aGatewayReportsForTheHostsBehindIt() throws Exception {
        var slots = new Slots();
        slots.put(Peer.SLOT, own.read(own.encoded()));
        var upstream =
                Ends.upstream(
                        Map.of(
                                "istio",
                                Ends.struct("{\"workload\": \"digits-v1;ml;digits;v1;K\"}")));
        new StatsFilters(metrics, own)
                .compile(config(Ends.struct("{\"reporter\": \"SERVER_GATEWAY\"}")))
                .get()
                .ended(null, with(Ends.answered(Direction.UNSPECIFIED, slots), upstream));
        var line = line("istio_requests_total{");
        assertTrue(line.contains("reporter=\"waypoint\",source_workload=\"web\""), line);
        assertTrue(line.contains("destination_workload=\"digits-v1\""), line);
        assertTrue(line.contains("destination_workload_namespace=\"ml\""), line);
    }

    @Test
    void countsAConnectionAsOftenAsItIsTold() throws Exception {
        var observers = new StatsObservers(metrics, own);
        var often = config(Ends.struct("{\"tcp_reporting_duration\": \"0.250s\"}"));
        assertEquals(250, observers.compile(often).everyMillis());
        assertEquals(5000, observers.compile(config(null)).everyMillis());
    }

    @Test
    void tellsPeersLabelsBesideTheUsualOnes() {
        var told = own.read(own.encoded(List.of("other", "absent")));
        assertEquals("x", ((Expression.Node) told.node().get("labels")).get("other"));
        assertEquals(
                null,
                ((Expression.Node) own.read(own.encoded()).node().get("labels")).get("other"));
    }

    @Test
    void learnsOfAPeerFromBaggage() {
        var peer =
                Peer.ofBaggage(
                        "k8s.cluster.name=c1,k8s.namespace.name=ns1,k8s.deployment.name=web;x=1,"
                                + "service.name=shop,service.version=v2, app.name=front");
        assertEquals(
                new Peer("web", "ns1", "front", "v2", "shop", "v2", "c1", Peer.Labels.NONE), peer);
        assertEquals(null, Peer.ofBaggage("tenant=7"));
    }

    @Test
    void countsGrpcMessagesWhereAFilterTellsThem() throws Exception {
        var slots = new Slots();
        var messages = new GrpcMessages();
        messages.requests(3);
        messages.responses(2);
        slots.put(GrpcMessages.SLOT, messages);
        new StatsFilters(metrics, own)
                .compile(config(null))
                .get()
                .ended(null, Ends.answered(Direction.OUTBOUND, slots));
        assertTrue(line("istio_request_messages_total").endsWith(" 3"));
        assertTrue(line("istio_response_messages_total").endsWith(" 2"));
    }

    @Test
    void refusesSettingsThatItWouldIgnore() {
        for (var json :
                List.of(
                        "{\"metrics\": [{\"match\": \"true\"}]}",
                        "{\"metrics\": [{\"dimensions\": {\"a\": \"nothing.known\"}}]}",
                        "{\"metrics\": [{\"dimensions\": {\"a\": \"request.host +\"}}]}",
                        "{\"something\": 1}")) {
            var settings = config(Ends.struct(json));
            assertThrows(
                    ConfigProblem.class,
                    () -> new StatsFilters(metrics, own).compile(settings),
                    json);
        }
        // Field 99, as another control plane's octets.
        var bytes =
                new ExtensionConfig("istio.stats", "stats.PluginConfig", octets(0x98, 6, 1), null);
        assertThrows(ConfigProblem.class, () -> new StatsFilters(metrics, own).compile(bytes));
    }

    @Test
    void tellsPeersOnlyWhatTheyNeed() {
        var told = own.read(own.encoded());
        assertEquals(own.local(), told);
        var decoded =
                new String(
                        java.util.Base64.getDecoder().decode(own.encoded()),
                        java.nio.charset.StandardCharsets.UTF_8);
        assertTrue(!decoded.contains("mine") && !decoded.contains("other"), decoded);
        assertEquals(Peer.UNKNOWN, own.read("no base64!"));
    }

    private static dev.serin.proxy.stream.StreamEnd with(
            dev.serin.proxy.stream.StreamEnd end, dev.serin.proxy.stream.UpstreamUse upstream) {
        return new dev.serin.proxy.stream.StreamEnd(
                end.downstream(),
                end.request(),
                end.response(),
                end.responseTrailers(),
                end.status(),
                end.flags(),
                end.details(),
                end.connectionDetails(),
                end.traffic(),
                end.timing(),
                upstream,
                end.route(),
                end.slots());
    }

    private static ExtensionConfig config(@Nullable Struct struct) {
        return new ExtensionConfig("istio.stats", "stats.PluginConfig", ByteString.EMPTY, struct);
    }

    private static ByteString octets(int... octets) {
        var out = ByteString.newOutput();
        for (var octet : octets) {
            out.write(octet);
        }
        return out.toByteString();
    }

    private String line(String start) {
        return metrics.text().lines().filter(l -> l.startsWith(start)).findFirst().orElse("");
    }
}
