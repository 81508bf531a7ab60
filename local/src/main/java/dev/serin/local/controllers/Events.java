package dev.serin.local.controllers;

import dev.serin.base.chance.Draw;
import dev.serin.base.chance.Draws;
import dev.serin.base.time.Ticker;
import dev.serin.config.Resource;
import dev.serin.config.ResourceKey;
import dev.serin.local.api.ResourceClient;

import tools.jackson.databind.node.JsonNodeFactory;

import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Map;

/// Writes the events that `kubectl describe` shows. The same event again only counts up. Never
/// throws: what could not be written is told to the observer. Safe for any thread.
public final class Events {
    private static final int REMEMBERED = 512;

    private final ResourceClient client;
    private final String component;
    private final Ticker ticker;
    private final Draw names;
    private final ControllerObserver observer;
    private final Map<Said, ResourceKey> written =
            new LinkedHashMap<>(64, 0.75f, true) {
                @Override
                protected boolean removeEldestEntry(Map.Entry<Said, ResourceKey> eldest) {
                    return size() > REMEMBERED;
                }
            };

    /// @param component who says it: `deployment-controller`
    public Events(
            ResourceClient client,
            String component,
            Ticker ticker,
            Draws draws,
            ControllerObserver observer) {
        this.client = client;
        this.component = component;
        this.ticker = ticker;
        this.names = draws.named("event-name");
        this.observer = observer;
    }

    public void normal(Resource about, String reason, String message) {
        write(about, new Said(about.uid(), "Normal", reason, message));
    }

    public void warning(Resource about, String reason, String message) {
        write(about, new Said(about.uid(), "Warning", reason, message));
    }

    private synchronized void write(Resource about, Said said) {
        try {
            var key = written.get(said);
            var before = key == null ? null : client.get(key);
            if (before == null) {
                written.put(said, client.create(first(about, said)).key());
            } else {
                client.update(oneMore(before));
            }
        } catch (RuntimeException e) {
            observer.eventLost(about.key(), said.reason, e);
        }
    }

    private Resource first(Resource about, Said said) {
        var now = now();
        var namespace = about.namespace().isEmpty() ? "default" : about.namespace();
        var body = JsonNodeFactory.instance.objectNode();
        body.put("apiVersion", "v1").put("kind", "Event");
        body.putObject("metadata")
                .put("name", about.name() + "." + hex())
                .put("namespace", namespace);
        var involved = body.putObject("involvedObject");
        involved.put("kind", about.kind().kind()).put("apiVersion", about.kind().apiVersion());
        if (!about.namespace().isEmpty()) {
            involved.put("namespace", about.namespace());
        }
        involved.put("name", about.name()).put("uid", about.uid());
        involved.put("resourceVersion", about.resourceVersion());
        body.put("type", said.type).put("reason", said.reason).put("message", said.message);
        body.putObject("source").put("component", component);
        body.put("reportingComponent", component).put("reportingInstance", "");
        body.put("firstTimestamp", now).put("lastTimestamp", now).put("count", 1);
        return new Resource(Kinds.EVENT, body);
    }

    private Resource oneMore(Resource before) {
        var body = before.body().deepCopy();
        body.put("count", before.body().path("count").asInt(1) + 1).put("lastTimestamp", now());
        return new Resource(before.kind(), body);
    }

    private String now() {
        return ticker.now().truncatedTo(ChronoUnit.SECONDS).toString();
    }

    private String hex() {
        return String.format("%08x%08x", names.below(Integer.MAX_VALUE), names.below(1 << 30));
    }

    private record Said(String uid, String type, String reason, String message) {}
}
