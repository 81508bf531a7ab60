package dev.serin.proxy.agent;

import dev.serin.base.lifecycle.Readiness;
import dev.serin.proxy.admin.Ask;
import dev.serin.proxy.admin.Page;
import dev.serin.proxy.admin.Pages;
import dev.serin.proxy.admin.StatsPage;
import dev.serin.proxy.bootstrap.Application;
import dev.serin.proxy.bootstrap.Probe;
import dev.serin.proxy.telemetry.metrics.Metrics;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;

/// The pages of 15020, 15021 and 15090: the proxy's readiness, the application's probes asked in
/// the kubelet's place, and metrics, those of the application appended to ours. Any event loop.
public final class AgentPages {
    private static final Duration SCRAPE_TIMEOUT = Duration.ofSeconds(5);

    private final Readiness readiness;
    private final BooleanSupplier draining;
    private final Metrics metrics;
    private final Application application;
    private final AppClient client;
    private final Runnable quit;

    public AgentPages(
            Readiness readiness,
            BooleanSupplier draining,
            Metrics metrics,
            Application application,
            AppClient client,
            Runnable quit) {
        this.readiness = readiness;
        this.draining = draining;
        this.metrics = metrics;
        this.application = application;
        this.client = client;
        this.quit = quit;
    }

    /// Port 15021.
    public Pages status() {
        return ask -> Pages.now(ask.path().equals("/healthz/ready") ? ready() : none(ask));
    }

    /// Port 15090.
    public Pages stats() {
        var stats = new StatsPage(metrics);
        return ask -> Pages.now(isMetrics(ask) ? stats.prometheus(ask) : none(ask));
    }

    /// Port 15020.
    public Pages agent() {
        return ask -> {
            if (isMetrics(ask)) {
                return merged();
            }
            var probe = application.probes().get(ask.path());
            if (probe != null) {
                return probe(probe);
            }
            return switch (ask.path()) {
                case "/healthz/ready" -> Pages.now(ready());
                case "/quitquitquit" -> Pages.now(quit(ask));
                default -> Pages.now(none(ask));
            };
        };
    }

    private Page ready() {
        if (draining.getAsBoolean()) {
            return Page.text(503, "draining\n");
        }
        var missing = readiness.missing();
        return missing.isEmpty()
                ? Page.text("ready\n")
                : Page.text(503, "not ready, waiting for: " + String.join(", ", missing) + "\n");
    }

    private Page quit(Ask ask) {
        if (!ask.isPost()) {
            return Page.text(405, "POST is expected, this was " + ask.method() + "\n");
        }
        quit.run();
        return Page.text("OK\n");
    }

    private CompletableFuture<Page> probe(Probe probe) {
        if (probe.path() == null) {
            return client.connect(probe.port(), probe.timeout())
                    .handle((_, failure) ->
                            failure == null ? Page.text("OK\n") : unhealthy(probe, failure));
        }
        return client.get(probe.port(), probe.path(), probe.headers(), probe.timeout())
                .handle((answer, failure) ->
                        failure == null
                                ? new Page(answer.status(), answer.type(), answer.body())
                                : unhealthy(probe, failure));
    }

    /// The application's metrics must not cost ours: if it does not answer, a comment says so.
    private CompletableFuture<Page> merged() {
        var scrape = application.metrics();
        if (scrape == null) {
            return Pages.now(Page.metrics(metrics.text()));
        }
        return client.get(scrape.port(), scrape.path(), java.util.Map.of(), SCRAPE_TIMEOUT)
                .handle((answer, failure) -> {
                    var own = metrics.text();
                    if (failure != null) {
                        return Page.metrics(own + "# the application: " + oneLine(failure) + "\n");
                    }
                    return Page.metrics(
                            answer.status() == 200
                                    ? own + ended(answer.body())
                                    : own + "# the application: status " + answer.status() + "\n");
                });
    }

    private static String ended(String text) {
        return text.isEmpty() || text.endsWith("\n") ? text : text + "\n";
    }

    private static Page unhealthy(Probe probe, Throwable failure) {
        return Page.text(
                503, "the application's port " + probe.port() + ": " + oneLine(failure) + "\n");
    }

    private static String oneLine(Throwable failure) {
        return String.valueOf(failure.getMessage()).replace('\n', ' ');
    }

    private static boolean isMetrics(Ask ask) {
        return ask.path().equals("/stats/prometheus") || ask.path().equals("/metrics");
    }

    private static Page none(Ask ask) {
        return Page.text(404, "no page " + ask.path() + "\n");
    }
}
