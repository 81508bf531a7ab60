package dev.serin.proxy.admin;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;

import dev.serin.proxy.telemetry.metrics.Metrics;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;

/// The admin pages of one proxy, as Envoy has them. Whoever can reach them may do anything with the
/// proxy, so they are on loopback alone.
public final class AdminPages implements Pages {
    private static final String NO_RUNTIME = "{\"entries\": {}, \"layers\": []}";

    private static final String LOGGER = "proxy";
    private static final String LOGGING =
            """

            usage: /logging?proxy=<level> (change single level)
            usage: /logging?paths=proxy:<level> (the same)
            usage: /logging?level=<level> (change all levels)
            levels: trace debug info warning error critical off
            """;

    private final AdminView view;
    private final StatsPage stats;
    private final Metrics metrics;
    private final Map<String, Entry> entries = new TreeMap<>();

    public AdminPages(AdminView view, Metrics metrics) {
        this.view = view;
        this.metrics = metrics;
        this.stats = new StatsPage(metrics);
        get("/certs", "the certificates in use", _ -> json(view.certificates()));
        get("/clusters", "clusters and their hosts (?format=json, ?filter=regex)", this::clusters);
        get(
                "/config_dump",
                "the configuration in force (?resource=, ?mask=, ?name_regex=, ?include_eds)",
                ask ->
                        view.configDump(ask.parameter("include_eds") != null)
                                .thenApply(dump -> ConfigDumps.of(dump, ask)));
        get("/discovery", "how discovery stands", _ -> Pages.now(Page.text(view.discovery())));
        post(
                "/drain_listeners",
                "take no new connections (?graceful, ?inboundonly, ?skip_exit)",
                ask -> {
                    view.drain(
                            ask.parameter("graceful") != null,
                            ask.parameter("inboundonly") != null,
                            ask.parameter("skip_exit") == null);
                    return text("OK\n");
                });
        post("/healthcheck/fail", "say that this proxy is not ready", _ -> fail(true));
        post("/healthcheck/ok", "say how it is again", _ -> fail(false));
        get("/help", "this list", _ -> Pages.now(Page.text(help())));
        get("/init_dump", "what readiness waits for", _ -> Pages.now(Page.json(view.unready())));
        get(
                "/listeners",
                "listeners and their addresses (?format=json)",
                ask ->
                        isJson(ask)
                                ? json(view.listeners(true))
                                : view.listeners(false).thenApply(Page::text));
        post("/logging", "show or set (?level=debug) how much is logged", this::logging);
        post(
                "/quitquitquit",
                "end this proxy",
                _ -> {
                    view.quit();
                    return Pages.now(Page.text("OK\n"));
                });
        ofTheProcess();
    }

    private void ofTheProcess() {
        get("/hot_restart_version", "whether it can be restarted hot", _ -> text("disabled"));
        get("/memory", "how much memory is used", _ -> Pages.now(Page.json(memory())));
        post(
                "/reset_counters",
                "count from 0 again",
                _ -> {
                    metrics.reset();
                    return text("OK\n");
                });
        post(
                "/reopen_logs",
                "open the files of access logs anew",
                _ -> {
                    view.reopenLogs();
                    return text("OK\n");
                });
        get("/runtime", "runtime values: there are none", _ -> Pages.now(Page.json(NO_RUNTIME)));
        post(
                "/runtime_modify",
                "there is no runtime to change",
                _ -> Pages.now(Page.text(503, "No admin layer specified")));
        get("/ready", "LIVE, or what it is instead", _ -> Pages.now(ready()));
        get("/server_info", "who this is", _ -> Pages.now(Page.json(view.serverInfo())));
        get(
                "/stats",
                "all metrics (?format=, ?filter=regex, ?usedonly, ?type=, ?histogram_buckets=)",
                ask -> Pages.now(stats.of(ask)));
        get(
                "/stats/prometheus",
                "all metrics for Prometheus (?filter=regex, ?usedonly)",
                ask -> Pages.now(stats.prometheus(ask)));
    }

    private CompletableFuture<Page> fail(boolean failing) {
        view.failHealth(failing);
        return text("OK\n");
    }

    private static boolean isJson(Ask ask) {
        return "json".equals(ask.parameter("format"));
    }

    private CompletableFuture<Page> clusters(Ask ask) {
        if (isJson(ask)) {
            return json(view.clusters(true));
        }
        var filter = ask.parameter("filter");
        if (filter == null) {
            return view.clusters(false).thenApply(Page::text);
        }
        try {
            var pattern = Pattern.compile(filter);
            return view.clusters(false)
                    .thenApply(all ->
                            Page.text(
                                    all.lines()
                                            .filter(l -> pattern.matcher(name(l)).find())
                                            .map(l -> l + "\n")
                                            .collect(Collectors.joining())));
        } catch (PatternSyntaxException e) {
            return Pages.now(Page.text(400, "Invalid re2 regex: " + e.getDescription() + "\n"));
        }
    }

    private static String name(String line) {
        return line.substring(0, Math.max(0, line.indexOf("::")));
    }

    private static CompletableFuture<Page> text(String text) {
        return Pages.now(Page.text(text));
    }

    /// As Envoy's Memory, of the heap of this process.
    private static String memory() {
        var runtime = Runtime.getRuntime();
        return "{\"allocated\": \"%d\", \"heap_size\": \"%d\"}"
                .formatted(runtime.totalMemory() - runtime.freeMemory(), runtime.totalMemory());
    }

    @Override
    public CompletableFuture<Page> answer(Ask ask) {
        var path = ask.path().equals("/") ? "/help" : ask.path();
        var entry = entries.get(path);
        if (entry == null) {
            return Pages.now(Page.text(404, "invalid path. admin commands are:\n" + help()));
        }
        if (entry.post() && !ask.isPost()) {
            return Pages.now(
                    Page.text(405, "Method " + ask.method() + " not allowed, POST required."));
        }
        return entry.pages().answer(ask);
    }

    private Page ready() {
        var state = view.state();
        return Page.text(state.equals("LIVE") ? 200 : 503, state + "\n");
    }

    /// As Envoy, of whose loggers there is one here.
    private CompletableFuture<Page> logging(Ask ask) {
        for (var parameter : ask.query().entrySet()) {
            var wanted =
                    switch (parameter.getKey()) {
                        case "level", LOGGER -> parameter.getValue();
                        case "paths" ->
                                parameter.getValue().startsWith(LOGGER + ":")
                                        ? parameter.getValue().substring(LOGGER.length() + 1)
                                        : "";
                        default -> "";
                    };
            if (wanted.isEmpty()) {
                return Pages.now(Page.text(400, "error: unknown logger name\n" + LOGGING));
            }
            if (!view.logLevel(wanted)) {
                return Pages.now(Page.text(400, "error: unknown logger level\n" + LOGGING));
            }
        }
        return text("active loggers:\n  " + LOGGER + ": " + view.logLevel() + "\n");
    }

    private static CompletableFuture<Page> json(CompletableFuture<String> body) {
        return body.thenApply(Page::json);
    }

    private String help() {
        return entries.entrySet().stream()
                .map(e ->
                        "  %s: %s%s\n"
                                .formatted(
                                        e.getKey(),
                                        e.getValue().what(),
                                        e.getValue().post() ? " (POST)" : ""))
                .collect(Collectors.joining());
    }

    private void get(String path, String what, Pages pages) {
        entries.put(path, new Entry(what, false, pages));
    }

    private void post(String path, String what, Pages pages) {
        entries.put(path, new Entry(what, true, pages));
    }

    /// One page of the table.
    private record Entry(String what, boolean post, Pages pages) {}
}
