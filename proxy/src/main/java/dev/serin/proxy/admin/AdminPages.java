package dev.serin.proxy.admin;

import dev.serin.proxy.telemetry.metrics.Metrics;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;

/// The admin pages of one proxy, as Envoy has them. Whoever can reach them may do anything with the
/// proxy, so they are on loopback alone.
public final class AdminPages implements Pages {
    private static final String NO_RUNTIME = "{\"layers\": [], \"entries\": {}}";

    private final AdminView view;
    private final Metrics metrics;
    private final Map<String, Entry> entries = new LinkedHashMap<>();

    public AdminPages(AdminView view, Metrics metrics) {
        this.view = view;
        this.metrics = metrics;
        get("/clusters", "clusters and their hosts", _ -> view.clusters().thenApply(Page::text));
        get("/config_dump", "the configuration in force", _ -> json(view.configDump()));
        get("/discovery", "how discovery stands", _ -> Pages.now(Page.text(view.discovery())));
        post(
                "/drain_listeners",
                "take no new connections",
                _ -> {
                    view.drain();
                    return Pages.now(Page.text("OK\n"));
                });
        get("/help", "this list", _ -> Pages.now(Page.text(help())));
        get(
                "/listeners",
                "listeners and their addresses",
                _ -> view.listeners().thenApply(Page::text));
        post("/logging", "show or set (?level=debug) how much is logged", this::logging);
        post(
                "/quitquitquit",
                "end this proxy",
                _ -> {
                    view.quit();
                    return Pages.now(Page.text("OK\n"));
                });
        get("/hot_restart_version", "whether it can be restarted hot", _ -> text("disabled\n"));
        get("/memory", "how much memory is used", _ -> Pages.now(Page.json(memory())));
        post(
                "/reset_counters",
                "count from 0 again",
                _ -> {
                    metrics.reset();
                    return text("OK\n");
                });
        get("/runtime", "runtime values: there are none", _ -> Pages.now(Page.json(NO_RUNTIME)));
        get("/ready", "LIVE, or what it is instead", _ -> Pages.now(ready()));
        get("/server_info", "who this is", _ -> Pages.now(Page.json(view.serverInfo())));
        get("/stats", "all metrics (?format=prometheus, ?filter=regex)", this::stats);
        get("/stats/prometheus", "all metrics for Prometheus", _ -> prometheus());
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
            return Pages.now(Page.text(404, "no page " + ask.path() + "; there are:\n" + help()));
        }
        if (entry.post() && !ask.isPost()) {
            return Pages.now(Page.text(405, "POST is expected, this was " + ask.method() + "\n"));
        }
        return entry.pages().answer(ask);
    }

    private Page ready() {
        var state = view.state();
        return Page.text(state.equals("LIVE") ? 200 : 503, state + "\n");
    }

    private CompletableFuture<Page> logging(Ask ask) {
        var level = ask.parameter("level");
        if (level != null && !view.logLevel(level)) {
            return Pages.now(
                    Page.text(
                            400,
                            "level: '" + level + "' (expected: debug, info, warning, error)\n"));
        }
        return Pages.now(Page.text("active loggers:\n  proxy: " + view.logLevel() + "\n"));
    }

    private CompletableFuture<Page> stats(Ask ask) {
        if ("prometheus".equals(ask.parameter("format"))) {
            return prometheus();
        }
        var filter = ask.parameter("filter");
        var usedOnly = ask.parameter("usedonly") != null;
        return Pages.now(
                Page.text(
                        metrics.plain().entrySet().stream()
                                .filter(e -> filter == null || matches(filter, e.getKey()))
                                .filter(e -> !usedOnly || used(e.getValue()))
                                .map(e -> e.getKey() + ": " + e.getValue() + "\n")
                                .collect(Collectors.joining())));
    }

    private static boolean used(String value) {
        return !value.equals("0") && !value.startsWith("No recorded");
    }

    private static boolean matches(String filter, String name) {
        try {
            return com.google.re2j.Pattern.compile(filter).matcher(name).find();
        } catch (com.google.re2j.PatternSyntaxException e) {
            return name.contains(filter);
        }
    }

    private CompletableFuture<Page> prometheus() {
        return Pages.now(Page.metrics(metrics.text()));
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
