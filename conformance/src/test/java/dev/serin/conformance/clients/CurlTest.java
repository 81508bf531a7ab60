package dev.serin.conformance.clients;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.serin.conformance.differential.scenario.Certificates;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// curl, by each way in which it can speak HTTP, and h2load.
@Tag("peers")
class CurlTest {
    private static final String SCENARIO =
            """
            upstreams:
              a: {answer: {body: "hello\\n"}}
              large: {answer: {size: 3000000}}
              h2: {protocol: http2, answer: {body: "from h2\\n", trailers: {x-sum: "1"}}}
            clusters: {h2: {http2_protocol_options: {}}}
            routes:
            - {match: {path: /large}, route: {cluster: large}}
            - {match: {path: /h2}, route: {cluster: h2}}
            - {match: {prefix: /}, route: {cluster: a}}
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

    private static Behind proxy;

    @TempDir private Path folder;

    @BeforeAll
    static void start() throws Exception {
        proxy = new Behind(SCENARIO, Map.of());
    }

    @AfterAll
    static void stop() {
        proxy.close();
    }

    private static String plain(String path) {
        return "http://127.0.0.1:" + proxy.port("main") + path;
    }

    /// What curl says of itself after the body: protocol, status, connections that it opened.
    private String curl(String... arguments) throws Exception {
        var command =
                new ArrayList<>(
                        List.of(
                                "curl",
                                "-sS",
                                "--noproxy",
                                "*",
                                "--max-time",
                                "20",
                                "-w",
                                "%{http_version} %{response_code} %{size_download}"
                                        + " %{num_connects}\n"));
        command.addAll(List.of(arguments));
        return Program.run(30, command);
    }

    private String overTls(String... arguments) throws Exception {
        var authority = folder.resolve("ca.pem");
        Files.writeString(authority, Certificates.words().get("ca"));
        var all =
                new ArrayList<>(
                        List.of(
                                "--cacert",
                                authority.toString(),
                                "--resolve",
                                "server.example:" + proxy.port("tls") + ":127.0.0.1"));
        all.addAll(List.of(arguments));
        return curl(all.toArray(String[]::new));
    }

    @Test
    void http1() throws Exception {
        assertEquals("hello\n1.1 200 6 1\n", curl("--http1.1", plain("/")));
    }

    @Test
    void http10() throws Exception {
        assertEquals("Upgrade Required1.1 426 16 1\n", curl("--http1.0", plain("/")));
    }

    @Test
    void priorKnowledge() throws Exception {
        assertEquals("hello\n2 200 6 1\n", curl("--http2-prior-knowledge", plain("/")));
    }

    /// Over TLS: curl 7.88 cannot use a connection again that it made with prior knowledge.
    @Test
    void severalOnOneConnection() throws Exception {
        var url = "https://server.example:" + proxy.port("tls");
        var said = overTls(url + "/", url + "/h2", url + "/", "-d", "a body");
        assertEquals("hello\n2 200 6 1\nfrom h2\n2 200 8 0\nhello\n2 200 6 0\n", said);
    }

    @Test
    void inParallel() throws Exception {
        var url = "https://server.example:" + proxy.port("tls");
        var said = overTls("--parallel", "--no-progress-meter", url + "/", url + "/", url + "/h2");
        assertEquals(3, said.lines().filter(l -> l.startsWith("2 200 ")).count(), () -> said);
    }

    /// The request without the upgrade is what every HTTP/1.1 server may make of it.
    @Test
    void upgradeToHttp2IsNotTaken() throws Exception {
        assertEquals("hello\n1.1 200 6 1\n", curl("--http2", plain("/")));
    }

    @Test
    void alpnTakesHttp2() throws Exception {
        var url = "https://server.example:" + proxy.port("tls");
        assertEquals("hello\n2 200 6 1\n", overTls("--http2", url + "/"));
        assertEquals("hello\n1.1 200 6 1\n", overTls("--http1.1", url + "/"));
        assertEquals("hello\n1.1 200 6 1\n", overTls("--no-alpn", url + "/"));
    }

    @Test
    void largeUploadAndDownload() throws Exception {
        var body = folder.resolve("body");
        Files.write(body, new byte[5_000_000]);
        var url = "https://server.example:" + proxy.port("tls") + "/large";
        for (var version : List.of("--http1.1", "--http2")) {
            var said = overTls(version, "-o", "/dev/null", "-T", body.toString(), url);
            assertTrue(said.endsWith(" 200 3000000 1\n"), said);
        }
    }

    @Test
    void headHasNoBody() throws Exception {
        var said = curl("--http2-prior-knowledge", "-I", plain("/"));
        assertTrue(said.contains("content-length: 6"), said);
        assertTrue(said.endsWith("2 200 0 1\n"), said);
    }

    /// Many streams on many connections: each is answered, and well.
    @Test
    void h2load() throws Exception {
        for (var path : List.of("/", "/h2", "/large")) {
            var requests = path.equals("/large") ? "200" : "5000";
            var said =
                    Program.run(
                            60,
                            List.of("h2load", "-n", requests, "-c", "8", "-m", "20", plain(path)));
            assertTrue(
                    said.contains(
                            requests
                                    + " total, "
                                    + requests
                                    + " started, "
                                    + requests
                                    + " done, "
                                    + requests
                                    + " succeeded, 0 failed, 0 errored, 0 timeout"),
                    said);
            assertTrue(said.contains("status codes: " + requests + " 2xx"), said);
        }
    }

    @Test
    void h2loadOverTls() throws Exception {
        var said =
                Program.run(
                        60,
                        List.of(
                                "h2load",
                                "-n",
                                "2000",
                                "-c",
                                "8",
                                "-m",
                                "20",
                                "https://127.0.0.1:" + proxy.port("tls") + "/"));
        assertTrue(said.contains("2000 succeeded, 0 failed"), said);
        assertTrue(said.contains("Application protocol: h2"), said);
    }
}
