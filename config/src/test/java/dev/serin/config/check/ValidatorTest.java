package dev.serin.config.check;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.serin.config.Manifests;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.util.List;

/// One line a rule: what is written below `spec:`, the path that is complained of, a word of the
/// complaint. Right variants stand with the wrong ones, an empty path beside them.
class ValidatorTest {
    private static void check(String head, String text, String path, String word) {
        var manifest = Manifests.one(head + text + "\n");
        var told =
                Validator.checkAll(manifest.schema(), manifest.resource()).stream()
                        .map(v -> Wording.problem("", v))
                        .toList();
        if (path == null) {
            assertEquals(List.of(), told, text);
            return;
        }
        assertEquals(1, told.size(), () -> text + " → " + told);
        assertEquals(path, told.getFirst().subject(), () -> told.toString());
        assertTrue(told.getFirst().text().contains(word), () -> told.toString());
    }

    private static String istio(String kind) {
        return "apiVersion: networking.istio.io/v1\nkind: "
                + kind
                + "\nmetadata: {name: x}\nspec: ";
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{hosts: [a], http: [{route: [{destination: {host: a}}]}]} | |",
                "{hosts: [a]} | spec | no rule",
                "{hosts: [], http: [{route: [{destination: {host: a}}]}]} | spec.hosts | the names",
                "{gateways: [g], http: [{route: [{destination: {host: a}}]}]} | spec.hosts | the"
                        + " names",
                "{hosts: ['*'], http: [{route: [{destination: {host: a}}]}]} | spec.hosts[0] | name"
                        + " a host",
                "{hosts: ['*'], gateways: [g], http: [{route: [{destination: {host: a}}]}]} | |",
                "{hosts: [a, a], http: [{route: [{destination: {host: a}}]}]} | spec.hosts[1] |"
                        + " once",
                "{hosts: ['a b'], http: [{route: [{destination: {host: a}}]}]} | spec.hosts[0] |"
                        + " host name",
                "{hosts: [a], gateways: ['a/b/c'], http: [{route: [{destination: {host: a}}]}]} |"
                        + " spec.gateways[0] | mesh, the name",
                "{hosts: [a], exportTo: ['A!'], http: [{route: [{destination: {host: a}}]}]} |"
                        + " spec.exportTo[0] | namespace",
                "{hosts: [a], tls: [{match: [{sniHosts: [b]}], route: [{destination: {host: a}}]}]}"
                        + " | spec.tls[0].match[0].sniHosts[0] | among the hosts",
                "{hosts: ['*.b.org'], tls: [{match: [{sniHosts: [a.b.org]}], route: [{destination:"
                        + " {host: a}}]}]} | |",
                "{hosts: [a], tls: [{match: [{sniHosts: [a]}]}]} | spec.tls[0].route | where"
                        + " connections go",
                "{hosts: [a], tcp: [{match: [{port: 0}], route: [{destination: {host: a}}]}]} |"
                        + " spec.tcp[0].match[0].port | between 1 and 65535",
                "{hosts: [a], tcp: [{match: [{destinationSubnets: [10.0.0.0/33]}], route:"
                    + " [{destination: {host: a}}]}]} | spec.tcp[0].match[0].destinationSubnets[0]"
                    + " | subnet",
                "{hosts: [a], tcp: [{route: [{destination: {host: a}, weight: 0}]}]} |"
                        + " spec.tcp[0].route | all zero",
            })
    void virtualServices(String spec, String path, String word) {
        check(istio("VirtualService"), spec, path, word);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "route: [] | .route | a redirect",
                "name: nothing | .route | a redirect",
                "route: [{destination: {host: a}}], redirect: {uri: /b} | | more than one of",
                "route: [{destination: {host: a}, weight: -1}, {destination: {host: b}, weight: 2}]"
                        + " | .route[0].weight | greater than or equal to 0",
                "route: [{destination: {host: a}, weight: 0}, {destination: {host: b}, weight: 0}]"
                        + " | .route | all zero",
                "route: [{destination: {host: a}}, {destination: {host: b}}] | .route | without a"
                        + " weight",
                "route: [{destination: {host: ''}}] | .route[0].destination.host | host name",
                "route: [{destination: {host: '*.a'}}] | .route[0].destination.host | without a"
                        + " wildcard",
                "route: [{destination: {host: a, subset: V_1}}] | .route[0].destination.subset |"
                        + " lower case",
                "route: [{destination: {host: a, port: {number: 70000}}}] |"
                        + " .route[0].destination.port.number | 65535",
                "match: [{uri: {exact: /a, prefix: /b}}], route: [{destination: {host: a}}] |"
                        + " .match[0].uri | more than one of",
                "match: [{uri: {}}], route: [{destination: {host: a}}] | .match[0].uri.exact | one"
                        + " of exact",
                "match: [{uri: {prefix: ''}}], route: [{destination: {host: a}}] |"
                        + " .match[0].uri.prefix | empty",
                "match: [{headers: {x: {regex: '(a'}}}], route: [{destination: {host: a}}] |"
                        + " .match[0].headers.x.regex | RE2",
                "match: [{headers: {x: {regex: '(?=a)'}}}], route: [{destination: {host: a}}] |"
                        + " .match[0].headers.x.regex | RE2",
                "match: [{headers: {':path': {exact: /}}}], route: [{destination: {host: a}}] |"
                        + " .match[0].headers | use uri",
                "match: [{headers: {'a b': {exact: x}}}], route: [{destination: {host: a}}] |"
                        + " .match[0].headers | name of a header",
                "match: [{port: 0}], route: [{destination: {host: a}}] | .match[0].port | 65535",
                "match: [{sourceLabels: {'a b': c}}], route: [{destination: {host: a}}] |"
                        + " .match[0].sourceLabels | key",
                "match: [{sourceNamespace: A}], route: [{destination: {host: a}}] |"
                        + " .match[0].sourceNamespace | lower case",
                "timeout: -1s, route: [{destination: {host: a}}] | .timeout | 1ms or longer",
                "timeout: 10us, route: [{destination: {host: a}}] | .timeout | 1ms or longer",
                "retries: {attempts: -1}, route: [{destination: {host: a}}] | .retries.attempts |"
                        + " equal to 0",
                "retries: {attempts: 0, retryOn: 5xx}, route: [{destination: {host: a}}] | .retries"
                        + " | nothing is retried",
                "retries: {attempts: 1, retryOn: 'gateway-eror,503'}, route: [{destination: {host:"
                        + " a}}] | .retries.retryOn | did you mean gateway-error?",
                "fault: {}, route: [{destination: {host: a}}] | .fault.delay | a delay or an abort",
                "fault: {delay: {fixedDelay: 1s, percentage: {value: 101}}}, route: [{destination:"
                        + " {host: a}}] | .fault.delay.percentage.value | 0 and 100",
                "fault: {delay: {percentage: {value: 1}}}, route: [{destination: {host: a}}] |"
                        + " .fault.delay | fixedDelay",
                "fault: {abort: {httpStatus: 100}}, route: [{destination: {host: a}}] |"
                        + " .fault.abort.httpStatus | 599",
                "fault: {abort: {grpcStatus: UNAVAILBLE}}, route: [{destination: {host: a}}] |"
                        + " .fault.abort.grpcStatus | did you mean UNAVAILABLE?",
                "fault: {abort: {}}, route: [{destination: {host: a}}] | .fault.abort | exactly"
                        + " one",
                "mirror: {host: b}, mirrors: [{destination: {host: b}}], route: [{destination:"
                        + " {host: a}}] | .mirrors | keep one",
                "mirrorPercentage: {value: 5}, route: [{destination: {host: a}}] | .mirror | where"
                        + " the copies go",
                "mirror: {host: b}, mirrorPercentage: {value: -1}, route: [{destination: {host:"
                        + " a}}] | .mirrorPercentage.value | 0 and 100",
                "corsPolicy: {allowMethods: [get]}, route: [{destination: {host: a}}] |"
                        + " .corsPolicy.allowMethods[0] | upper case",
                "corsPolicy: {allowOrigins: [{regex: '['}]}, route: [{destination: {host: a}}] |"
                        + " .corsPolicy.allowOrigins[0].regex | RE2",
                "headers: {request: {add: {host: b}}}, route: [{destination: {host: a}}] |"
                        + " .headers.request.add | rewrite.authority",
                "headers: {response: {remove: [':status']}}, route: [{destination: {host: a}}] |"
                        + " .headers.response.remove[0] | leave",
                "rewrite: {}, route: [{destination: {host: a}}] | .rewrite.uri | a uri",
                "rewrite: {uriRegexRewrite: {match: '(', rewrite: b}}, route: [{destination: {host:"
                        + " a}}] | .rewrite.uriRegexRewrite.match | RE2",
                "rewrite: {uri: /a, uriRegexRewrite: {match: a, rewrite: b}}, route: [{destination:"
                        + " {host: a}}] | .rewrite | keep one",
                "redirect: {} | .redirect | no other address",
                "redirect: {uri: /a, redirectCode: 200} | .redirect.redirectCode | 301",
                "redirect: {port: 80, derivePort: FROM_REQUEST_PORT} | .redirect | keep one",
                "redirect: {scheme: ftp} | .redirect.scheme | http or https",
                "redirect: {uri: /a}, fault: {abort: {httpStatus: 500}} | .fault | nothing is"
                        + " forwarded",
                "directResponse: {status: 700} | .directResponse.status | 599",
                "directResponse: {status: 200, body: {string: a, bytes: YQ==}} |"
                        + " .directResponse.body | exactly one",
                "delegate: {namespace: a} | .delegate.name | decides",
            })
    void httpRules(String rule, String path, String word) {
        check(
                istio("VirtualService"),
                "{hosts: [a], http: [{" + rule + "}]}",
                "spec.http[0]" + (path == null ? "" : path),
                word);
    }

    @Test
    void aRuleWithEverythingRightPasses() {
        check(
                istio("VirtualService"),
                """

                  hosts: [a]
                  http:
                  - name: all
                    match:
                    - uri: {prefix: /v1}
                      headers: {x-user: {}, x-kind: {regex: '.*chrome.*'}}
                      queryParams: {q: {exact: '1'}}
                      sourceLabels: {app: b}
                      port: 80
                    route:
                    - destination: {host: a, subset: v1, port: {number: 8501}}
                      weight: 90
                      headers: {request: {set: {host: b, x-a: '1'}}}
                    - destination: {host: a.default.svc.cluster.local, subset: v2}
                      weight: 10
                    timeout: 0s
                    retries: {attempts: 3, perTryTimeout: 2s, retryOn: 'connect-failure,503', backoff: 50ms}
                    fault: {delay: {fixedDelay: 1s, percentage: {value: 0.1}}, abort: {grpcStatus: UNAVAILABLE, percentage: {value: 1}}}
                    mirrors: [{destination: {host: b}, percentage: {value: 10}}]
                    corsPolicy: {allowOrigins: [{exact: 'https://a.org'}], allowMethods: [GET], maxAge: 24h, allowCredentials: true}
                    rewrite: {uriRegexRewrite: {match: '^/v1/(.*)$', rewrite: '/\\1'}}
                  - redirect: {uri: /b, redirectCode: 308}
                  - directResponse: {status: 503, body: {string: busy}}
                """,
                null,
                "");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{host: a, subsets: [{name: v1, labels: {version: v1}}]} | |",
                "{host: 'a b'} | spec.host | host name",
                "{host: a, subsets: [{name: v1}, {name: v1}]} | spec.subsets[1].name | once",
                "{host: a, subsets: [{name: V1}]} | spec.subsets[0].name | lower case",
                "{host: a, subsets: [{name: v1, labels: {v: 'a b'}}]} | spec.subsets[0].labels.v |"
                        + " 63",
                "{host: a, subsets: [{labels: {v: a}}]} | spec.subsets[0].name | call it",
                "{host: a, trafficPolicy: {loadBalancer: {simple: RANDOM, consistentHash:"
                        + " {useSourceIp: true}}}} | spec.trafficPolicy.loadBalancer | keep one",
                "{host: a, trafficPolicy: {loadBalancer: {simple: ROUNDROBIN}}} |"
                        + " spec.trafficPolicy.loadBalancer.simple | did you mean ROUND_ROBIN?",
                "{host: a, trafficPolicy: {loadBalancer: {consistentHash: {}}}} |"
                        + " spec.trafficPolicy.loadBalancer.consistentHash | nothing to hash",
                "{host: a, trafficPolicy: {loadBalancer: {consistentHash: {useSourceIp: true,"
                    + " maglev: {tableSize: 100}}}}} |"
                    + " spec.trafficPolicy.loadBalancer.consistentHash.maglev.tableSize | prime",
                "{host: a, trafficPolicy: {loadBalancer: {localityLbSetting: {distribute: [{from:"
                    + " a, to: {b: 50}}]}}}} |"
                    + " spec.trafficPolicy.loadBalancer.localityLbSetting.distribute[0].to | 100",
                "{host: a, trafficPolicy: {loadBalancer: {warmup: {duration: 1m, aggression:"
                    + " 0.5}}}} | spec.trafficPolicy.loadBalancer.warmup.aggression | equal to 1",
                "{host: a, trafficPolicy: {connectionPool: {}}} |"
                        + " spec.trafficPolicy.connectionPool.tcp | tcp or http",
                "{host: a, trafficPolicy: {connectionPool: {tcp: {maxConnections: -1}}}} |"
                        + " spec.trafficPolicy.connectionPool.tcp.maxConnections | equal to 0",
                "{host: a, trafficPolicy: {connectionPool: {tcp: {connectTimeout: 0s}}}} |"
                        + " spec.trafficPolicy.connectionPool.tcp.connectTimeout | 1ms",
                "{host: a, trafficPolicy: {connectionPool: {http: {h2UpgradePolicy: UPGRADE,"
                    + " useClientProtocol: true}}}} | spec.trafficPolicy.connectionPool.http | keep"
                    + " one",
                "{host: a, trafficPolicy: {outlierDetection: {maxEjectionPercent: 200}}} |"
                        + " spec.trafficPolicy.outlierDetection.maxEjectionPercent | 100",
                "{host: a, trafficPolicy: {outlierDetection: {interval: 0s}}} |"
                        + " spec.trafficPolicy.outlierDetection.interval | 1ms",
                "{host: a, trafficPolicy: {outlierDetection: {consecutiveLocalOriginFailures: 3}}}"
                        + " | spec.trafficPolicy.outlierDetection.consecutiveLocalOriginFailures |"
                        + " splitExternal",
                "{host: a, trafficPolicy: {tls: {mode: MUTUAL, privateKey: k}}} |"
                        + " spec.trafficPolicy.tls.clientCertificate | MUTUAL",
                "{host: a, trafficPolicy: {tls: {mode: ISTIO_MUTUAL, privateKey: k}}} |"
                        + " spec.trafficPolicy.tls | the mesh's own",
                "{host: a, trafficPolicy: {portLevelSettings: [{tls: {mode: DISABLE}}]}} |"
                        + " spec.trafficPolicy.portLevelSettings[0].port | port that it is for",
                "{host: a, trafficPolicy: {portLevelSettings: [{port: {number: 0}}]}} |"
                        + " spec.trafficPolicy.portLevelSettings[0].port.number | 65535",
                "{host: a, trafficPolicy: {tunnel: {protocol: GET, targetHost: b, targetPort: 1}}}"
                        + " | spec.trafficPolicy.tunnel.protocol | CONNECT",
                "{host: a, trafficPolicy: {retryBudget: {percent: 150}}} |"
                        + " spec.trafficPolicy.retryBudget.percent | 100",
                "{host: a, workloadSelector: {}} | spec.workloadSelector.matchLabels | callers",
            })
    void destinationRules(String spec, String path, String word) {
        check(istio("DestinationRule"), spec, path, word);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{selector: {istio: g}, servers: [{port: {number: 80, protocol: HTTP, name: http},"
                        + " hosts: ['*']}]} | |",
                "{servers: [{port: {number: 80, protocol: HTTP, name: http}, hosts: ['*']}]} |"
                        + " spec.selector | labels",
                "{selector: {istio: g}} | spec.servers | ports",
                "{selector: {istio: g}, servers: [{port: {number: 0, protocol: HTTP, name: http},"
                        + " hosts: ['*']}]} | spec.servers[0].port.number | 65535",
                "{selector: {istio: g}, servers: [{port: {number: 80, protocol: HTPP, name: http},"
                        + " hosts: ['*']}]} | spec.servers[0].port.protocol | did you mean HTTP?",
                "{selector: {istio: g}, servers: [{port: {number: 80, protocol: HTTP}, hosts:"
                        + " ['*']}]} | spec.servers[0].port.name | Its name",
                "{selector: {istio: g}, servers: [{port: {number: 80, protocol: HTTP, name: http},"
                        + " hosts: []}]} | spec.servers[0].hosts | served",
                "{selector: {istio: g}, servers: [{port: {number: 80, protocol: HTTP, name: http},"
                        + " hosts: ['A!/x']}]} | spec.servers[0].hosts[0] | before the /",
                "{selector: {istio: g}, servers: [{port: {number: 80, protocol: HTTP, name: http},"
                        + " hosts: ['a']}, {port: {number: 80, protocol: TCP, name: tcp}, hosts:"
                        + " ['a']}]} | spec.servers[1].port.protocol | other server",
                "{selector: {istio: g}, servers: [{port: {number: 80, protocol: HTTP, name: http},"
                        + " hosts: ['a']}, {port: {number: 81, protocol: HTTP, name: http}, hosts:"
                        + " ['a']}]} | spec.servers[1].port.name | once",
                "{selector: {istio: g}, servers: [{port: {number: 443, protocol: HTTPS, name:"
                        + " https}, hosts: ['a']}]} | spec.servers[0].tls | decrypts",
                "{selector: {istio: g}, servers: [{port: {number: 443, protocol: HTTPS, name:"
                        + " https}, hosts: ['a'], tls: {mode: SIMPLE}}]} |"
                        + " spec.servers[0].tls.credentialName | Secret",
                "{selector: {istio: g}, servers: [{port: {number: 443, protocol: HTTPS, name:"
                    + " https}, hosts: ['a'], tls: {mode: MUTUAL, serverCertificate: c, privateKey:"
                    + " k}}]} | spec.servers[0].tls.caCertificates | clients",
                "{selector: {istio: g}, servers: [{port: {number: 443, protocol: TLS, name: tls},"
                        + " hosts: ['a'], tls: {mode: PASSTHROUGH, credentialName: c}}]} |"
                        + " spec.servers[0].tls | no use",
                "{selector: {istio: g}, servers: [{port: {number: 443, protocol: HTTPS, name:"
                        + " https}, hosts: ['a'], tls: {mode: SIMPLE, credentialName: c,"
                        + " minProtocolVersion: TLSV1_3, maxProtocolVersion: TLSV1_2}}]} |"
                        + " spec.servers[0].tls.minProtocolVersion | newer",
                "{selector: {istio: g}, servers: [{port: {number: 80, protocol: HTTP, name: http},"
                        + " hosts: ['a'], tls: {httpsRedirect: true}}]} | |",
            })
    void gateways(String spec, String path, String word) {
        check(istio("Gateway"), spec, path, word);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "containers: [{name: a, image: b}] | |",
                "containers: [] | .containers | runs in the pod",
                "containers: [{name: A, image: b}] | .containers[0].name | lower case",
                "containers: [{name: a}] | .containers[0].image | image",
                "containers: [{name: a, image: b}, {name: a, image: b}] | .containers[1].name |"
                        + " once",
                "containers: [{name: a, image: b, ports: [{containerPort: 0}]}] |"
                        + " .containers[0].ports[0].containerPort | 65535",
                "containers: [{name: a, image: b, ports: [{containerPort: 1, name: UPPER}]}] |"
                        + " .containers[0].ports[0].name | lower case",
                "containers: [{name: a, image: b, volumeMounts: [{name: v, mountPath: /m}]}] |"
                        + " .containers[0].volumeMounts[0].name | of which it has none",
                "volumes: [{name: w, emptyDir: {}}], containers: [{name: a, image: b, volumeMounts:"
                        + " [{name: v, mountPath: /m}]}] | .containers[0].volumeMounts[0].name |"
                        + " volumes: w",
                "volumes: [{name: w, emptyDir: {}}], containers: [{name: a, image: b, volumeMounts:"
                        + " [{name: w, mountPath: /m}, {name: w, mountPath: /m}]}] |"
                        + " .containers[0].volumeMounts[1].mountPath | once",
                "volumes: [{name: w}], containers: [{name: a, image: b}] | .volumes[0].emptyDir |"
                        + " made of",
                "volumes: [{name: w, emptyDir: {}, hostPath: {path: /}}], containers: [{name: a,"
                        + " image: b}] | .volumes[0] | more than one",
                "containers: [{name: a, image: b, readinessProbe: {}}] |"
                        + " .containers[0].readinessProbe.httpGet | one of",
                "containers: [{name: a, image: b, readinessProbe: {httpGet: {port: 0}}}] |"
                        + " .containers[0].readinessProbe.httpGet.port | 65535",
                "containers: [{name: a, image: b, livenessProbe: {exec: {}}}] |"
                        + " .containers[0].livenessProbe.exec.command | command",
                "containers: [{name: a, image: b, livenessProbe: {tcpSocket: {port: 1},"
                    + " periodSeconds: -1}}] | .containers[0].livenessProbe.periodSeconds | equal"
                    + " to 0",
                "containers: [{name: a, image: b, env: [{name: 'A=B'}]}] |"
                        + " .containers[0].env[0].name | without =",
                "containers: [{name: a, image: b, resources: {limits: {cpu: lots}}}] |"
                        + " .containers[0].resources.limits.cpu | quantity",
                "restartPolicy: Sometimes, containers: [{name: a, image: b}] | .restartPolicy | one"
                        + " of Always",
            })
    void pods(String spec, String path, String word) {
        check(
                "apiVersion: v1\nkind: Pod\nmetadata: {name: x}\nspec: ",
                "{" + spec + "}",
                path == null ? null : "spec" + path,
                word);
        check(
                "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: x}\nspec: ",
                "{selector: {matchLabels: {a: b}}, template: {metadata: {labels: {a: b}}, spec: {"
                        + spec
                        + "}}}",
                path == null ? null : "spec.template.spec" + path,
                word);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{selector: {matchLabels: {a: c}}, TEMPLATE} | spec.template.metadata.labels | give"
                        + " the template the label a: c",
                "{selector: {}, TEMPLATE} | spec.selector | select something",
                "{TEMPLATE} | spec.selector | Which pods",
                "{selector: {matchLabels: {a: b}}} | spec.template | made from",
                "{selector: {matchExpressions: [{key: a, operator: In, values: [c]}]}, TEMPLATE} |"
                        + " spec.template.metadata.labels | does not match",
                "{selector: {matchExpressions: [{key: a, operator: Exists}]}, TEMPLATE} | |",
                "{replicas: -1, selector: {matchLabels: {a: b}}, TEMPLATE} | spec.replicas | equal"
                        + " to 0",
                "{strategy: {type: Recreate, rollingUpdate: {maxSurge: 1}}, selector: {matchLabels:"
                        + " {a: b}}, TEMPLATE} | spec.strategy.rollingUpdate | Recreate",
                "{strategy: {rollingUpdate: {maxSurge: 1x}}, selector: {matchLabels: {a: b}},"
                        + " TEMPLATE} | spec.strategy.rollingUpdate.maxSurge | 25%",
            })
    void deployments(String spec, String path, String word) {
        check(
                "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: x}\nspec: ",
                spec.replace(
                        "TEMPLATE",
                        "template: {metadata: {labels: {a: b}}, spec: {containers: [{name: a,"
                                + " image: b}]}}"),
                path,
                word);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{ports: [{port: 80}], selector: {a: b}} | |",
                "{clusterIP: None, selector: {a: b}} | |",
                "{selector: {a: b}} | spec.ports | ports",
                "{ports: [{port: 0}]} | spec.ports[0].port | 65535",
                "{ports: [{port: 80}, {port: 81, name: b}]} | spec.ports[0].name | several",
                "{ports: [{port: 80, name: b}, {port: 81, name: b}]} | spec.ports[1].name | once",
                "{ports: [{port: 80, name: a}, {port: 80, name: b}]} | spec.ports[1].port | once"
                        + " for TCP",
                "{ports: [{port: 80, targetPort: 0}]} | spec.ports[0].targetPort | 65535",
                "{ports: [{port: 80, protocol: HTTP}]} | spec.ports[0].protocol | one of TCP",
                "{type: ExternalName} | spec.externalName | stands for",
                "{clusterIP: here, ports: [{port: 80}]} | spec.clusterIP | address",
            })
    void services(String spec, String path, String word) {
        check("apiVersion: v1\nkind: Service\nmetadata: {name: x}\nspec: ", spec, path, word);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "ConfigMap | metadata: {name: a.b} | |",
                "ConfigMap | metadata: {name: A} | metadata.name | lower case",
                "ConfigMap | metadata: {} | metadata.name | a name",
                "ConfigMap | metadata: {generateName: a-} | |",
                "ConfigMap | metadata: {name: a, namespace: B} | metadata.namespace | lower case",
                "ConfigMap | metadata: {name: a, labels: {'a b': c}} | metadata.labels | key",
                "ConfigMap | metadata: {name: a, labels: {a: '-'}} | metadata.labels.a | both ends",
                "ConfigMap | metadata: {name: a, annotations: {'/': c}} | metadata.annotations |"
                        + " key",
                "ConfigMap | {metadata: {name: a}, data: {'a/b': c}} | data | keys of",
                "ConfigMap | {metadata: {name: a}, data: {a: c}, binaryData: {a: YQ==}} |"
                        + " binaryData.a | does not have",
                "Namespace | metadata: {name: a.b} | metadata.name | lower case",
                "Namespace | metadata: {name: a, namespace: b} | metadata.namespace | whole"
                        + " cluster",
                "Service | {metadata: {name: 1a}, spec: {ports: [{port: 1}]}} | metadata.name | a"
                        + " letter first",
                "Secret | {metadata: {name: a}, data: {k: 'not base64!'}} | data.k | base64",
                "Secret | {metadata: {name: a}, type: kubernetes.io/tls, data: {tls.crt: YQ==}} |"
                        + " data.tls.key | kubernetes.io/tls",
            })
    void otherKinds(String kind, String body, String path, String word) {
        var head = "apiVersion: v1\nkind: " + kind + "\n";
        if (body.startsWith("{")) {
            check("", "{apiVersion: v1, kind: " + kind + ", " + body.substring(1), path, word);
        } else {
            check(head, body, path, word);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{name: a.b.c, clientConfig: {url: 'https://a'}, sideEffects: None,"
                        + " admissionReviewVersions: [v1]} | |",
                "{name: a, clientConfig: {url: 'https://a'}, sideEffects: None,"
                        + " admissionReviewVersions: [v1]} | webhooks[0].name | three labels",
                "{name: a.b.c, clientConfig: {}, sideEffects: None, admissionReviewVersions: [v1]}"
                        + " | webhooks[0].clientConfig | exactly one",
                "{name: a.b.c, clientConfig: {url: 'https://a'}, sideEffects: None,"
                        + " admissionReviewVersions: [v1], timeoutSeconds: 60} |"
                        + " webhooks[0].timeoutSeconds | 30",
                "{name: a.b.c, clientConfig: {url: 'https://a'}, sideEffects: None} |"
                        + " webhooks[0].admissionReviewVersions | question",
            })
    void webhooks(String webhook, String path, String word) {
        check(
                "apiVersion: admissionregistration.k8s.io/v1\nkind: MutatingWebhookConfiguration\n"
                        + "metadata: {name: x}\nwebhooks: ",
                "[" + webhook + "]",
                path,
                word);
    }
}
