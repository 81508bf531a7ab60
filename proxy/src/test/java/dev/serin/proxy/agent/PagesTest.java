package dev.serin.proxy.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;

import dev.serin.base.ProblemException;
import dev.serin.base.lifecycle.Readiness;
import dev.serin.base.net.HostPort;
import dev.serin.base.time.Ticker;
import dev.serin.proxy.admin.PageServer;
import dev.serin.proxy.admin.Pages;
import dev.serin.proxy.bootstrap.Application;
import dev.serin.proxy.bootstrap.Probe;
import dev.serin.proxy.socket.HostSockets;
import dev.serin.proxy.socket.Transport;
import dev.serin.proxy.telemetry.metrics.Metrics;
import dev.serin.proxy.worker.Workers;
import dev.serin.testkit.NothingLeft;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicBoolean;

@ExtendWith(NothingLeft.class)
class PagesTest {
    private final Workers workers = new Workers(1, Transport.best(), Ticker.system());
    private final HostSockets sockets = new HostSockets(Transport.best(), 0);
    private final HttpClient client = HttpClient.newHttpClient();
    private final Readiness readiness = new Readiness();
    private final Metrics metrics = new Metrics(10);
    private final AtomicBoolean draining = new AtomicBoolean();
    private final AtomicBoolean quit = new AtomicBoolean();
    private final List<PageServer> servers = new ArrayList<>();
    private HttpServer application;
    private AgentPages pages;

    @BeforeEach
    void start() throws Exception {
        application =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        application.createContext(
                "/ok",
                exchange -> {
                    var seen = exchange.getRequestHeaders().getFirst("x-probe");
                    var body = ("fine " + seen).getBytes(StandardCharsets.UTF_8);
                    exchange.sendResponseHeaders("1".equals(seen) ? 200 : 500, body.length);
                    exchange.getResponseBody().write(body);
                    exchange.close();
                });
        application.createContext(
                "/metrics",
                exchange -> {
                    var body = "app_up 1".getBytes(StandardCharsets.UTF_8);
                    exchange.sendResponseHeaders(200, body.length);
                    exchange.getResponseBody().write(body);
                    exchange.close();
                });
        application.start();
        metrics.gauge("own_up", () -> 1);
        pages = agentPages(application.getAddress().getPort());
    }

    private AgentPages agentPages(int port) {
        var timeout = Duration.ofSeconds(5);
        var probes =
                Map.of(
                        "/app-health/web/readyz",
                        new Probe(port, "/ok", Map.of("x-probe", "1"), timeout),
                        "/app-health/web/livez",
                        new Probe(port, "/ok", Map.of(), timeout),
                        "/app-health/web/startupz",
                        new Probe(port, null, Map.of(), timeout));
        return new AgentPages(
                readiness,
                draining::get,
                metrics,
                new Application("127.0.0.1", probes, new Application.Scrape(port, "/metrics")),
                new AppClient(sockets, workers.group(), "127.0.0.1"),
                () -> quit.set(true));
    }

    @AfterEach
    void stop() {
        application.stop(0);
        servers.forEach(PageServer::close);
        client.close();
        workers.close();
    }

    @Test
    void isReadyWhenNothingIsMissingAndNotWhileItDrains() throws Exception {
        var listeners = readiness.await("listeners");
        var clusters = readiness.await("clusters");
        var status = serve(pages.status());
        var response = get(status + "/healthz/ready");
        assertEquals(503, response.statusCode());
        assertEquals("not ready, waiting for: listeners, clusters\n", response.body());
        listeners.run();
        clusters.run();
        assertEquals(200, get(status + "/healthz/ready").statusCode());
        draining.set(true);
        assertEquals("draining\n", get(status + "/healthz/ready").body());
        assertEquals(404, get(status + "/other").statusCode());
    }

    @Test
    void asksTheApplicationInTheKubeletsPlace() throws Exception {
        var agent = serve(pages.agent());
        assertEquals("fine 1", get(agent + "/app-health/web/readyz").body());
        assertEquals(500, get(agent + "/app-health/web/livez").statusCode());
        assertEquals(200, get(agent + "/app-health/web/startupz").statusCode());
        application.stop(0);
        var down = get(agent + "/app-health/web/readyz");
        assertEquals(503, down.statusCode());
        assertTrue(down.body().startsWith("the application's port "), down.body());
        assertEquals(503, get(agent + "/app-health/web/startupz").statusCode());
    }

    @Test
    void appendsTheApplicationsMetricsAndNeverLosesItsOwn() throws Exception {
        var agent = serve(pages.agent());
        assertEquals(
                "# TYPE own_up gauge\nown_up 1\napp_up 1\n",
                get(agent + "/stats/prometheus").body());
        application.stop(0);
        var alone = get(agent + "/stats/prometheus").body();
        assertTrue(alone.startsWith("# TYPE own_up gauge\nown_up 1\n# the application: "), alone);
        assertEquals(
                "# TYPE own_up gauge\nown_up 1\n",
                get(serve(pages.stats()) + "/stats/prometheus").body());
        assertEquals("", get(serve(pages.stats()) + "/stats/prometheus?filter=%5Eother").body());
    }

    @Test
    void quitsOnlyByPost() throws Exception {
        var agent = serve(pages.agent());
        assertEquals(405, get(agent + "/quitquitquit").statusCode());
        assertTrue(!quit.get());
        var post =
                HttpRequest.newBuilder(URI.create(agent + "/quitquitquit"))
                        .POST(HttpRequest.BodyPublishers.noBody())
                        .build();
        assertEquals(200, client.send(post, HttpResponse.BodyHandlers.ofString()).statusCode());
        assertTrue(quit.get());
    }

    @Test
    void saysWhichPortIsTaken() throws Exception {
        var first = serve(pages.status());
        var port = URI.create(first).getPort();
        var second = new PageServer("status", sockets, workers.group(), pages.status());
        servers.add(second);
        var failure =
                assertThrows(
                        CompletionException.class,
                        () -> second.start(new HostPort("127.0.0.1", port)).join());
        assertTrue(failure.getCause() instanceof ProblemException);
        assertTrue(failure.getCause().getMessage().startsWith("status on 127.0.0.1:" + port));
    }

    private String serve(Pages which) {
        var server = new PageServer("test", sockets, workers.group(), which);
        servers.add(server);
        var address = server.start(new HostPort("127.0.0.1", 0)).join();
        return "http://127.0.0.1:" + address.getPort();
    }

    private HttpResponse<String> get(String uri) throws Exception {
        var request =
                HttpRequest.newBuilder(URI.create(uri))
                        .version(HttpClient.Version.HTTP_1_1)
                        .build();
        return client.send(request, HttpResponse.BodyHandlers.ofString());
    }
}
