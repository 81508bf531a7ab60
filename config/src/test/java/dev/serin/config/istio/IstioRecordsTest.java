package dev.serin.config.istio;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.serin.base.ProblemException;
import dev.serin.config.Manifests;
import dev.serin.config.check.Validator;

import org.junit.jupiter.api.Test;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;

class IstioRecordsTest {
    private static String yaml(String version, String kind, String spec) {
        return
"""
apiVersion: networking.istio.io/%s
kind: %s
metadata: {name: x, namespace: ns}
spec:
%s\
"""
                .formatted(version, kind, spec.indent(2));
    }

    private static VirtualService virtualService(String spec) {
        var manifest = Manifests.one(yaml("v1", "VirtualService", spec));
        assertEquals(List.of(), Validator.checkAll(manifest.schema(), manifest.resource()));
        return VirtualService.from(manifest.resource());
    }

    private static DestinationRule destinationRule(String spec) {
        var manifest = Manifests.one(yaml("v1", "DestinationRule", spec));
        assertEquals(List.of(), Validator.checkAll(manifest.schema(), manifest.resource()));
        return DestinationRule.from(manifest.resource());
    }

    @Test
    void everyVersionReadsAlike() {
        var spec = "hosts: [a]\nhttp: [{route: [{destination: {host: a, subset: v1}}]}]\n";
        var read =
                List.of("v1", "v1beta1", "v1alpha3").stream()
                        .map(v ->
                                VirtualService.from(
                                        Manifests.resource(yaml(v, "VirtualService", spec))))
                        .distinct()
                        .toList();

        assertEquals(1, read.size());
        assertEquals(List.of("mesh"), read.getFirst().gateways());
        assertEquals("ns", read.getFirst().metadata().namespace());
    }

    @Test
    void aWholeHttpRule() {
        var rule =
                virtualService(
                                """
                                hosts: [a]
                                gateways: [ns/g, mesh]
                                exportTo: ['.']
                                http:
                                - name: all
                                  match:
                                  - name: m
                                    uri: {prefix: /v1}
                                    method: {exact: POST}
                                    headers: {x: {regex: '.*chrome.*'}, w: {}}
                                    withoutHeaders: {z: {exact: '1'}}
                                    queryParams: {q: {prefix: a}}
                                    port: 80
                                    sourceLabels: {app: b}
                                    sourceNamespace: other
                                    gateways: [mesh]
                                    ignoreUriCase: true
                                    statPrefix: s
                                  route:
                                  - destination: {host: a, subset: v1, port: {number: 8501}}
                                    weight: 90
                                    headers: {request: {set: {p: q}}, response: {add: {r: s}, remove: [t]}}
                                  - destination: {host: a}
                                    weight: 10
                                  rewrite: {authority: b, uriRegexRewrite: {match: a, rewrite: b}}
                                  timeout: 1.5s
                                  retries: {attempts: 2, perTryTimeout: 250ms, retryOn: 'connect-failure, 503', retryRemoteLocalities: true, retryIgnorePreviousHosts: false, backoff: 10ms}
                                  fault: {delay: {fixedDelay: 1s, percent: 5}, abort: {grpcStatus: INTERNAL, percentage: {value: 0.5}}}
                                  mirrors: [{destination: {host: m}}]
                                  corsPolicy: {allowOrigin: ['https://a'], allowMethods: [GET], maxAge: 1h, allowCredentials: false, unmatchedPreflights: IGNORE}
                                """)
                        .http()
                        .getFirst();
        var none = new HeaderOperations.Change(Map.of(), Map.of(), List.of());

        assertEquals(
                new HttpRoute(
                        "all",
                        List.of(
                                new HttpMatch(
                                        "m",
                                        new StringMatch.Prefix("/v1"),
                                        null,
                                        new StringMatch.Exact("POST"),
                                        null,
                                        Map.of(
                                                "x",
                                                new StringMatch.Regex(".*chrome.*"),
                                                "w",
                                                new StringMatch.Present()),
                                        Map.of("z", new StringMatch.Exact("1")),
                                        Map.of("q", new StringMatch.Prefix("a")),
                                        80,
                                        Map.of("app", "b"),
                                        "other",
                                        List.of("mesh"),
                                        true,
                                        "s")),
                        new HttpAction.Forward(
                                List.of(
                                        new RouteDestination(
                                                new Destination("a", "v1", 8501),
                                                90,
                                                new HeaderOperations(
                                                        new HeaderOperations.Change(
                                                                Map.of("p", "q"),
                                                                Map.of(),
                                                                List.of()),
                                                        new HeaderOperations.Change(
                                                                Map.of(),
                                                                Map.of("r", "s"),
                                                                List.of("t")))),
                                        new RouteDestination(
                                                new Destination("a", "", 0),
                                                10,
                                                new HeaderOperations(none, none)))),
                        new HttpRoute.Rewrite("", "b", new HttpRoute.RegexRewrite("a", "b")),
                        Duration.ofMillis(1500),
                        new HttpRoute.Retries(
                                2,
                                Duration.ofMillis(250),
                                List.of("connect-failure", "503"),
                                true,
                                false,
                                Duration.ofMillis(10)),
                        new Fault(
                                new Fault.Delay(Duration.ofSeconds(1), null, 5),
                                new Fault.Abort(new Fault.AbortStatus.Grpc("INTERNAL"), 0.5)),
                        List.of(new HttpRoute.Mirror(new Destination("m", "", 0), 100)),
                        new HttpRoute.Cors(
                                List.of(new StringMatch.Exact("https://a")),
                                List.of("GET"),
                                List.of(),
                                List.of(),
                                Duration.ofHours(1),
                                false,
                                HttpRoute.UnmatchedPreflights.IGNORE),
                        new HeaderOperations(none, none)),
                rule);
    }

    @Test
    void otherActions() {
        var rules =
                virtualService(
                                """
                                hosts: [a]
                                http:
                                - redirect: {uri: /b, derivePort: FROM_REQUEST_PORT}
                                - directResponse: {status: 503, body: {bytes: aGk=}}
                                - delegate: {name: d}
                                - mirror: {host: m, subset: s}
                                  mirrorPercentage: {value: 2.5}
                                  route: [{destination: {host: a}}]
                                - mirror: {host: m}
                                  mirror_percent: 7
                                  route: [{destination: {host: a}}]
                                """)
                        .http();

        assertEquals(
                new HttpAction.Redirect(
                        "/b", "", 0, HttpAction.DerivePort.FROM_REQUEST_PORT, "", 301, ""),
                rules.get(0).action());
        assertArrayEquals(
                "hi".getBytes(StandardCharsets.UTF_8),
                ((HttpAction.DirectResponse) rules.get(1).action()).body());
        assertEquals(new HttpAction.Delegate("d", ""), rules.get(2).action());
        assertEquals(2.5, rules.get(3).mirrors().getFirst().percent());
        assertEquals(7, rules.get(4).mirrors().getFirst().percent());
        assertNull(rules.get(0).timeout());
    }

    @Test
    void connections() {
        var read =
                virtualService(
                        """
                        hosts: [a.org]
                        tls:
                        - match: [{sniHosts: [a.org], port: 443}]
                          route: [{destination: {host: a}, weight: 5}]
                        tcp:
                        - match: [{destinationSubnets: [10.0.0.0/8], sourceSubnet: 10.1.0.0/16}]
                          route: [{destination: {host: b}}]
                        """);

        assertEquals(443, read.tls().getFirst().match().getFirst().port());
        assertEquals(5, read.tls().getFirst().route().getFirst().weight());
        assertEquals("10.1.0.0/16", read.tcp().getFirst().match().getFirst().sourceSubnet());
    }

    @Test
    void aWholeTrafficPolicy() {
        var rule =
                destinationRule(
                        """
                        host: a
                        exportTo: ['.']
                        workloadSelector: {matchLabels: {app: b}}
                        trafficPolicy:
                          loadBalancer:
                            consistentHash: {httpCookie: {name: c, ttl: 0s}, maglev: {tableSize: 11}}
                            localityLbSetting: {enabled: true, failoverPriority: [k]}
                            warmupDurationSecs: 30s
                          connectionPool:
                            tcp: {maxConnections: 0, connectTimeout: 5s, tcpKeepalive: {probes: 3, time: 1m}}
                            http: {http1MaxPendingRequests: 1, h2UpgradePolicy: UPGRADE, http2KeepAlive: {interval: 5s}}
                          outlierDetection: {consecutiveErrors: 3, interval: 5m, outlierDetectionHttpErrorCodes: [429]}
                          tls: {mode: ISTIO_MUTUAL, sni: s}
                          portLevelSettings: [{port: {number: 80}, loadBalancer: {simple: LEAST_CONN}}]
                          tunnel: {protocol: POST, targetHost: t, targetPort: 1}
                          proxyProtocol: {version: V2}
                          retryBudget: {percent: {value: 12.5}}
                        subsets:
                        - name: v1
                          labels: {version: v1}
                          trafficPolicy: {loadBalancer: {simple: RANDOM}}
                        """);
        var policy = rule.trafficPolicy();

        assertEquals(Map.of("app", "b"), rule.workloadSelector());
        assertEquals(
                new LoadBalancer.ConsistentHash(
                        new LoadBalancer.HashKey.Cookie("c", "", Duration.ZERO, Map.of()),
                        new LoadBalancer.HashTable.Maglev(11)),
                policy.loadBalancer().consistentHash());
        assertEquals(
                new LoadBalancer.Warmup(Duration.ofSeconds(30), 10, 1),
                policy.loadBalancer().warmup());
        assertEquals(0, policy.connectionPool().tcp().maxConnections());
        assertNull(policy.connectionPool().http().maxRetries());
        assertEquals(
                ConnectionPool.H2Upgrade.UPGRADE, policy.connectionPool().http().h2UpgradePolicy());
        assertEquals(3, policy.outlierDetection().consecutiveGatewayErrors());
        assertEquals(List.of("429"), policy.outlierDetection().httpErrorCodes());
        assertEquals(ClientTls.Mode.ISTIO_MUTUAL, policy.tls().mode());
        assertEquals(
                LoadBalancer.Algorithm.LEAST_REQUEST,
                policy.portLevelSettings().getFirst().loadBalancer().algorithm());
        assertEquals(new TrafficPolicy.Tunnel("POST", "t", 1), policy.tunnel());
        assertEquals(TrafficPolicy.ProxyProtocol.V2, policy.proxyProtocol());
        assertEquals(new TrafficPolicy.RetryBudget(12.5, 3, null), policy.retryBudget());
        assertEquals(
                LoadBalancer.Algorithm.RANDOM,
                rule.subsets().getFirst().trafficPolicy().loadBalancer().algorithm());
    }

    @Test
    void aGateway() {
        var manifest =
                Manifests.one(
                        yaml(
                                "v1beta1",
                                "Gateway",
                                """
                                selector: {istio: ingressgateway}
                                servers:
                                - port: {number: 443, protocol: HTTPS, name: https}
                                  hosts: [ns/a.org, '*']
                                  tls: {mode: SIMPLE, credentialName: c, minProtocolVersion: TLSV1_3}
                                """));
        assertEquals(List.of(), Validator.checkAll(manifest.schema(), manifest.resource()));
        var server = Gateway.from(manifest.resource()).servers().getFirst();

        assertEquals(new Gateway.Port(443, "HTTPS", "https", 0), server.port());
        assertEquals(List.of("ns/a.org", "*"), server.hosts());
        assertEquals(Gateway.TlsMode.SIMPLE, server.tls().mode());
        assertEquals(Gateway.TlsVersion.TLSV1_3, server.tls().minProtocolVersion());
    }

    @Test
    void whatNoCheckSawNamesItsPlace() {
        var unchecked =
                Manifests.resource(
                        yaml("v1", "VirtualService", "hosts: [a]\nhttp: [{timeout: soon}]\n"));

        assertEquals(
                "VirtualService ns/x: spec.http[0].timeout: found \"soon\"; expected: a duration"
                        + " such as 5s, 250ms or 1h30m",
                assertThrows(ProblemException.class, () -> VirtualService.from(unchecked))
                        .getMessage());
    }
}
