package dev.serin.proxy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.serin.proxy.Origin.Wire;
import dev.serin.testkit.NothingLeft;
import dev.serin.testkit.ScriptedDraws;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import java.io.IOException;

/// Which route a request takes and what becomes of it, as real Envoy 1.40 answered the same.
@ExtendWith(NothingLeft.class)
@SuppressWarnings("StringConcatToTextBlock") // lines on the wire end in CRLF
class RoutesTest {
    private final ScriptedDraws draws = new ScriptedDraws(1);

    /// Answers with the head that came.
    private static Origin echo() {
        return new Origin(wire -> {
            for (var got = wire.request(); got != null; got = wire.request()) {
                wire.write(
                        "HTTP/1.1 200 OK\r\ncontent-length: "
                                + got.head().length()
                                + "\r\n\r\n"
                                + got.head());
            }
        });
    }

    private Rig rig(String config, int port) {
        var rig = new Rig(draws);
        assertEquals("[]", rig.apply(Rig.cluster("one", port)).toString());
        assertEquals("[]", rig.apply(Yaml.route(config), Rig.http()).toString());
        return rig;
    }

    private Rig routes(String routes, int port) {
        return rig(
                "name: routes\nvirtual_hosts:\n- name: all\n  domains: [\"*\"]\n  routes:\n"
                        + routes.indent(2),
                port);
    }

    private static String get(Rig rig, String host, String path, String... headers) {
        try (var client = Wire.to(rig.port("main"))) {
            var head = new StringBuilder("GET " + path + " HTTP/1.1\r\nhost: " + host + "\r\n");
            for (var header : headers) {
                head.append(header).append("\r\n");
            }
            client.write(head + "\r\n");
            var answer = client.message();
            var location = answer.header("location");
            return answer.status() + " " + (location == null ? answer.body() : location);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void theLongestDomainWins() {
        var config = new StringBuilder("name: routes\nvirtual_hosts:\n");
        for (var domain :
                new String[] {
                    "a.example.com", "*.example.com", "*.com", "a.*", "a.example.*", "*"
                }) {
            config.append("- name: \"")
                    .append(domain)
                    .append("\"\n  domains: [\"")
                    .append(domain)
                    .append("\"]\n  routes: [{match: {prefix: \"/\"}, direct_response: {status:")
                    .append(" 200, body: {inline_string: \"")
                    .append(domain)
                    .append("\"}}}]\n");
        }
        try (var rig = rig(config + "ignore_port_in_host_matching: true\n", 1)) {
            assertEquals("200 a.example.com", get(rig, "A.example.com:80", "/"));
            assertEquals("200 *.example.com", get(rig, "b.example.com", "/"));
            assertEquals("200 *.com", get(rig, "example.com", "/"));
            assertEquals("200 a.example.*", get(rig, "a.example.org", "/"));
            assertEquals("200 a.*", get(rig, "a.org", "/"));
            assertEquals("200 *", get(rig, "b.org", "/"));
        }
    }

    @Test
    void aDomainOfTwoHostsIsRefused() {
        try (var rig = new Rig(draws)) {
            var rejected =
                    rig.apply(
                            Yaml.route(
                                    """
                                    name: routes
                                    virtual_hosts:
                                    - {name: a, domains: ["*.x"]}
                                    - {name: b, domains: ["*.X"]}
                                    """));
            assertTrue(rejected.toString().contains("'*.X' is in a and in b"), rejected.toString());
        }
    }

    /// Matcher, then what takes the route and what does not.
    private static final String[][] MATCHES = {
        {
            "headers: [{name: x-a, string_match: {exact: b}, invert_match: true}]",
            "x-a: c",
            "",
            "x-a: b"
        },
        {
            "headers: [{name: x-a, string_match: {exact: b}, invert_match: true,"
                    + " treat_missing_header_as_empty: true}]",
            "",
            "x-a: b"
        },
        {"headers: [{name: x-a, present_match: false}]", "", "x-a: b"},
        {
            "headers: [{name: x-a, range_match: {start: 1, end: 10}}]",
            "x-a: 5",
            "x-a: 10",
            "x-a: 5x"
        },
        {
            "headers: [{name: x-a, string_match: {safe_regex: {regex: 'a+'}}}]",
            "x-a: aa",
            "x-a: aab"
        },
        {
            "headers: [{name: x-a, string_match: {suffix: ING, ignore_case: true}}]",
            "x-a: king",
            "x-a: kin"
        },
        {"headers: [{name: x-a}]", "x-a: 1", ""},
        {"headers: [{name: ':method', string_match: {exact: GET}}]", "", null},
        {"grpc: {}", "content-type: application/grpc+proto", "content-type: application/grpc-web"},
        {"query_parameters: [{name: q, string_match: {exact: v}}]", null, ""},
        {"tls_context: {presented: false}", "", null},
        {"tls_context: {validated: true}", null, ""},
        {
            "dynamic_metadata: [{filter: f, path: [{key: k}], value: {present_match: true}}]",
            null,
            ""
        },
        {"filter_state: [{key: k, string_match: {exact: v}}]", null, ""},
    };

    @Test
    void matchersAreThoseOfEnvoy() {
        var routes = new StringBuilder();
        for (var i = 0; i < MATCHES.length; i++) {
            routes.append("- match: {path: /m" + i + ", " + MATCHES[i][0] + "}\n")
                    .append("  direct_response: {status: 200}\n");
        }
        try (var rig = routes(routes.toString(), 1)) {
            for (var i = 0; i < MATCHES.length; i++) {
                var row = MATCHES[i];
                if (row[1] != null) {
                    assertEquals("200 ", get(rig, "h", "/m" + i, lines(row[1])), row[0]);
                }
                for (var at = 2; at < row.length && row[at] != null; at++) {
                    var answer = get(rig, "h", "/m" + i, lines(row[at]));
                    assertEquals("404 ", answer, row[0] + " with " + row[at]);
                }
            }
            assertEquals("200 ", get(rig, "h", "/m9?a&q=v"));
            assertEquals("404 ", get(rig, "h", "/m9?q=%76"));
            assertEquals("200 ", get(rig, "h", "/m0", "x-a: c", "x-a: d"));
            assertEquals("404 ", get(rig, "h", "/m0", "x-a: c", "x-a: b"), "one of two is enough");
        }
    }

    private static String[] lines(String header) {
        return header.isEmpty() ? new String[0] : new String[] {header};
    }

    @Test
    void pathsMatchAndAreRewritten() {
        try (var origin = echo();
                var rig =
                        routes(
                                """
                                - match: {path_separated_prefix: /sep}
                                  route: {cluster: one, prefix_rewrite: /s}
                                - match: {safe_regex: {regex: '/reg/\\d+'}}
                                  route: {cluster: one, prefix_rewrite: /new}
                                - match:
                                    path_match_policy:
                                      name: t
                                      typed_config:
                                        "@type": type.googleapis.com/envoy.extensions.path.match.uri_template.v3.UriTemplateMatchConfig
                                        path_template: "/t/{a}/{b=**}.json"
                                  route:
                                    cluster: one
                                    path_rewrite_policy:
                                      name: t
                                      typed_config:
                                        "@type": type.googleapis.com/envoy.extensions.path.rewrite.uri_template.v3.UriTemplateRewriteConfig
                                        path_template_rewrite: "/{b}/of/{a}"
                                - match: {prefix: /fold, case_sensitive: false}
                                  route: {cluster: one, prefix_rewrite: /F}
                                - match: {prefix: /rx/}
                                  route:
                                    cluster: one
                                    append_x_forwarded_host: true
                                    regex_rewrite: {pattern: {regex: "^/rx/([^/]+)/(.*)$"}, substitution: '/\\2/q/\\1$x'}
                                    host_rewrite_path_regex: {pattern: {regex: "^/rx/([^/]+)/.*$"}, substitution: '\\1.host'}
                                - match: {prefix: /hh}
                                  route: {cluster: one, host_rewrite_header: x-h}
                                """,
                                origin.port())) {
            assertTrue(get(rig, "h", "/sep/x?q=1").startsWith("200 GET /s/x?q=1 "));
            assertTrue(get(rig, "h", "/sep").startsWith("200 GET /s "));
            assertEquals("404 ", get(rig, "h", "/sepx"));
            assertTrue(get(rig, "h", "/reg/12?x=1").startsWith("200 GET /new?x=1 "));
            assertTrue(get(rig, "h", "/t/v/x/y.json?x=1").startsWith("200 GET /x/y/of/v?x=1 "));
            assertEquals("404 ", get(rig, "h", "/t/v/x.txt"));
            assertTrue(get(rig, "h", "/FOLD/1").startsWith("200 GET /F/1 "));
            var seen = get(rig, "test", "/rx/a/b/c?q=1", "x-envoy-original-path: /mine");
            assertTrue(seen.startsWith("200 GET /b/c/q/a$x?q=1 "), seen);
            assertTrue(seen.contains("host: a.host\r\n"), seen);
            assertTrue(seen.contains("x-envoy-original-host: test\r\n"), seen);
            assertTrue(seen.contains("x-forwarded-host: test\r\n"), seen);
            assertTrue(seen.contains("x-envoy-original-path: /rx/a/b/c?q=1\r\n"), seen);
            assertTrue(get(rig, "h", "/hh", "x-h: other").contains("host: other\r\n"));
            assertTrue(get(rig, "h", "/hh").contains("host: h\r\n"));
        }
    }

    @Test
    void redirectsAreThoseOfEnvoy() {
        try (var rig =
                rig(
                        """
                        name: routes
                        max_direct_response_body_size_bytes: 8
                        virtual_hosts:
                        - name: tls
                          domains: ["tls"]
                          require_tls: ALL
                        - name: all
                          domains: ["*"]
                          routes:
                          - match: {prefix: /rd1}
                            redirect: {https_redirect: true}
                          - match: {prefix: /rd2}
                            redirect: {scheme_redirect: https, port_redirect: 8443, prefix_rewrite: /n, strip_query: true}
                          - match: {prefix: /rd3}
                            redirect: {path_redirect: "/x?y=1", strip_query: true}
                          - match: {prefix: /rd4}
                            redirect:
                              host_redirect: other
                              port_redirect: 81
                              response_code: PERMANENT_REDIRECT
                              regex_rewrite: {pattern: {regex: "/(\\\\d+)"}, substitution: "/<\\\\1>"}
                          - match: {prefix: /d302}
                            direct_response: {status: 302}
                          - match: {prefix: /d200}
                            direct_response: {status: 200, body: {inline_string: hi}}
                        """,
                        1)) {
            assertEquals("301 https://t/rd1?a=b", get(rig, "t", "/rd1?a=b"));
            assertEquals("301 https://t:8080/rd1", get(rig, "t:8080", "/rd1"));
            assertEquals("301 https://t/rd1", get(rig, "t:80", "/rd1"));
            assertEquals("301 https://t:8443/n/x", get(rig, "t:80", "/rd2/x?a=b"));
            assertEquals("301 http://t:80/x?y=1", get(rig, "t:80", "/rd3?q=2"));
            assertEquals("308 http://other:81/rd4/<12>?z=/34", get(rig, "t", "/rd4/12?z=/34"));
            assertEquals("302 http://t/d302", get(rig, "t", "/d302"));
            assertEquals("200 hi", get(rig, "t", "/d200"));
            assertEquals("301 https://tls/a", get(rig, "tls", "/a"));
        }
    }

    @Test
    void whatADirectResponseMayNotBeIsRefused() {
        try (var rig = new Rig(draws)) {
            var rejected =
                    rig.apply(
                            Yaml.route(
                                    """
                                    name: routes
                                    max_direct_response_body_size_bytes: 1
                                    virtual_hosts:
                                    - name: all
                                      domains: ["*"]
                                      routes:
                                      - match: {prefix: /}
                                        direct_response: {status: 200, body: {inline_string: hi}}
                                    """));
            assertTrue(rejected.toString().contains("at most are allowed 1"), rejected.toString());
        }
    }

    @Test
    void headersChangeInTheOrderOfTheLevels() {
        for (var specificLast : new boolean[] {false, true}) {
            try (var origin = echo();
                    var rig =
                            rig(
                                    """
                                    name: routes
                                    most_specific_header_mutations_wins: SPECIFIC
                                    request_headers_to_add: [{header: {key: x-l, value: table}, append_action: OVERWRITE_IF_EXISTS_OR_ADD}]
                                    internal_only_headers: [x-inner]
                                    virtual_hosts:
                                    - name: all
                                      domains: ["*"]
                                      request_headers_to_add: [{header: {key: x-l, value: host}, append_action: OVERWRITE_IF_EXISTS_OR_ADD}]
                                      routes:
                                      - match: {prefix: /}
                                        request_headers_to_remove: [x-a]
                                        request_headers_to_add:
                                        - {header: {key: x-b, value: "b-%REQ(x-a)%"}}
                                        - {header: {key: x-c, value: "1"}, append_action: ADD_IF_ABSENT}
                                        - {header: {key: x-c, value: "2"}, append_action: ADD_IF_ABSENT}
                                        - {header: {key: x-d, value: "1"}, append_action: APPEND_IF_EXISTS_OR_ADD}
                                        - {header: {key: x-d, value: "2"}, append_action: OVERWRITE_IF_EXISTS_OR_ADD}
                                        - {header: {key: x-e, value: "2"}, append_action: OVERWRITE_IF_EXISTS}
                                        - {header: {key: x-f, value: "%REQ(x-d)%"}}
                                        - {header: {key: x-l, value: route}, append_action: OVERWRITE_IF_EXISTS_OR_ADD}
                                        route:
                                          weighted_clusters:
                                            clusters:
                                            - name: one
                                              weight: 1
                                              request_headers_to_add: [{header: {key: x-l, value: share}, append_action: OVERWRITE_IF_EXISTS_OR_ADD}]
                                    """
                                            .replace("SPECIFIC", Boolean.toString(specificLast)),
                                    origin.port())) {
                var seen = get(rig, "h", "/", "x-a: A", "x-d: D", "x-inner: 1");
                assertTrue(seen.contains("\r\nx-l: " + (specificLast ? "share" : "table")), seen);
                assertTrue(seen.contains("\r\nx-b: b-\r\n"), seen);
                assertTrue(seen.contains("\r\nx-c: 1\r\nx-c: 2\r\nx-d: 1\r\nx-f: D\r\n"), seen);
                assertTrue(seen.contains("\r\nx-d: 2\r\n"), seen);
                assertTrue(!seen.contains("x-e:") && !seen.contains("x-a:"), seen);
            }
        }
    }

    @Test
    void hostAndPathAreNoHeadersToChange() {
        try (var rig = new Rig(draws)) {
            var rejected =
                    rig.apply(
                            Rig.routes(
                                    """
                                    - match: {prefix: /}
                                      request_headers_to_add: [{header: {key: Host, value: x}}]
                                      route: {cluster: one}
                                    """));
            assertTrue(rejected.toString().contains("'Host' cannot be changed"));
        }
    }

    @Test
    void weightsMayBeChosenByAHeader() {
        try (var a = Origin.answering("a");
                var b = Origin.answering("b");
                var rig = new Rig(draws); ) {
            rig.apply(Rig.cluster("a", a.port()), Rig.cluster("b", b.port()));
            rig.apply(
                    Rig.routes(
                            """
                            - match: {prefix: /}
                              route:
                                weighted_clusters:
                                  header_name: x-n
                                  clusters: [{name: a, weight: 10}, {cluster_header: x-to, weight: 90}]
                            """),
                    Rig.http());
            assertEquals("200 a", get(rig, "h", "/", "x-n: 109"));
            assertEquals("200 b", get(rig, "h", "/", "x-n: 10", "x-to: b"));
            draws.script("weighted-cluster", 3);
            assertEquals("200 a", get(rig, "h", "/", "x-n: none"));
        }
    }

    @Test
    void aShareThatIsMissedIsMissedByTheNextRouteToo() {
        draws.script("runtime-fraction", 200_029, 200_030);
        try (var rig =
                routes(
                        """
                        - match: {prefix: /, runtime_fraction: {default_value: {numerator: 30}}}
                          direct_response: {status: 201}
                        - match: {prefix: /, runtime_fraction: {default_value: {numerator: 30}}}
                          direct_response: {status: 202}
                        - match: {prefix: /}
                          direct_response: {status: 203}
                        """,
                        1)) {
            assertEquals("201 http://h/", get(rig, "h", "/"));
            assertEquals("203 ", get(rig, "h", "/"));
        }
    }

    @Test
    void manyExactPathsKeepTheirOrder() {
        var routes = new StringBuilder("- match: {path: /p7, headers: [{name: x-first}]}\n");
        routes.append("  direct_response: {status: 299}\n");
        for (var i = 0; i < 400; i++) {
            routes.append("- match: {path: /p" + i + "}\n  direct_response: {status: ")
                    .append(210 + i % 50)
                    .append("}\n");
        }
        routes.append("- match: {path: /p3}\n  direct_response: {status: 298}\n");
        routes.append("- match: {prefix: /p}\n  direct_response: {status: 297}\n");
        try (var rig = routes(routes.toString(), 1)) {
            assertEquals("217 ", get(rig, "h", "/p7?x"));
            assertEquals("299 ", get(rig, "h", "/p7", "x-first: 1"));
            assertEquals("213 ", get(rig, "h", "/p3"));
            assertEquals("297 ", get(rig, "h", "/p400"));
            assertNull(rig.end().upstream());
        }
    }
}
