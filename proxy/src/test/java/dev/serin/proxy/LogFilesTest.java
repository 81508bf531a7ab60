package dev.serin.proxy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.serin.proxy.bootstrap.ContainerFiles;
import dev.serin.proxy.bootstrap.FileBootstrap;
import dev.serin.proxy.socket.HostSockets;
import dev.serin.proxy.socket.Transport;
import dev.serin.testkit.Eventually;
import dev.serin.testkit.NothingLeft;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/// Access logs as files, which somebody else moves away, and what is its own log.
@ExtendWith(NothingLeft.class)
class LogFilesTest {
    private static final Duration BOUND = Duration.ofSeconds(10);
    private static final String BOOTSTRAP =
            """
            admin: {address: {socket_address: {address: 127.0.0.1, port_value: 0}}}
            static_resources:
              listeners:
              - name: main
                address: {socket_address: {address: 127.0.0.1, port_value: 0}}
                filter_chains:
                - filters:
                  - name: hcm
                    typed_config:
                      "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
                      stat_prefix: in
                      access_log:
                      - name: file
                        typed_config:
                          "@type": type.googleapis.com/envoy.extensions.access_loggers.file.v3.FileAccessLog
                          path: FILE
                          log_format: {text_format_source: {inline_string: "%REQ(:PATH)%\\n"}}
                      route_config: {virtual_hosts: [{name: all, domains: "*", routes: [{match: {prefix: /}, direct_response: {status: 200}}]}]}
                      http_filters:
                      - name: router
                        typed_config: {"@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router}
            """;

    private final ByteArrayOutputStream log = new ByteArrayOutputStream();
    private final ByteArrayOutputStream output = new ByteArrayOutputStream();
    private final HttpClient client = HttpClient.newHttpClient();

    @Test
    void aFileThatWasMovedIsOpenedAnew(@TempDir Path folder) throws Exception {
        var file = folder.resolve("access.log");
        var options = FileBootstrap.read("mine", BOOTSTRAP.replace("FILE", file.toString()));
        try (var machine = ProxyRuntime.ofMachine(1)) {
            var proxy = new Proxy(options, place(), machine.runtime());
            proxy.start();
            proxy.ready().get(20, TimeUnit.SECONDS);
            var main = proxy.addresses("main").getFirst();
            ask(main, "GET", "/one");
            var moved = folder.resolve("access.log.1");
            Files.move(file, moved);
            ask(main, "GET", "/two"); // whose line may still wait
            assertEquals("OK\n", ask(proxy.pageAddresses().get("admin"), "POST", "/reopen_logs"));
            Eventually.eventually(BOUND, "a new file", () -> Files.exists(file));
            ask(main, "GET", "/three");
            Eventually.eventually(BOUND, "a line in it", () -> read(file).endsWith("/three\n"));
            assertEquals("/one\n/two\n/three\n", read(moved) + read(file));
            Files.delete(file);
            Files.delete(moved);
            Files.delete(folder);
            proxy.reopenLogs();
            Eventually.eventually(
                    BOUND,
                    "it is said",
                    () ->
                            log.toString(StandardCharsets.UTF_8)
                                    .contains(file + " is not opened anew"));
            proxy.close();
            proxy.ended().get(10, TimeUnit.SECONDS);
            assertTrue(
                    log.toString(StandardCharsets.UTF_8).contains("ready: "),
                    log.toString(StandardCharsets.UTF_8));
            assertEquals("", output.toString(StandardCharsets.UTF_8));
        } finally {
            client.close();
            Files.createDirectories(folder);
        }
    }

    private ProxyPlace place() {
        return new ProxyPlace(
                new HostSockets(Transport.best(), 0),
                InetAddress::getByName,
                ContainerFiles.SAME,
                output,
                log);
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private String ask(InetSocketAddress at, String method, String path) throws Exception {
        var uri = URI.create("http://127.0.0.1:" + at.getPort() + path);
        var request =
                HttpRequest.newBuilder(uri)
                        .method(method, HttpRequest.BodyPublishers.noBody())
                        .build();
        return client.send(request, HttpResponse.BodyHandlers.ofString()).body();
    }
}
