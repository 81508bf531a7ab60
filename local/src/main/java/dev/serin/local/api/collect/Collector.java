package dev.serin.local.api.collect;

import dev.serin.base.lifecycle.LeftOver;
import dev.serin.base.time.Ticker;
import dev.serin.config.Resource;
import dev.serin.config.ResourceKey;
import dev.serin.local.api.Caller;
import dev.serin.local.api.Refusal;
import dev.serin.local.api.kind.Catalogue;
import dev.serin.local.api.write.DeleteOptions;
import dev.serin.local.api.write.Intent;
import dev.serin.local.api.write.Part;
import dev.serin.local.api.write.WritePath;
import dev.serin.local.store.Change;
import dev.serin.local.store.Store;
import dev.serin.local.store.TooOldException;

import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/// Watches everything, on a thread of its own, and deletes what nothing keeps any more. What fails
/// is tried again a little later.
public final class Collector implements AutoCloseable {
    private static final String ORPHAN = "orphan";
    private static final String FOREGROUND = "foregroundDeletion";
    private static final Duration AGAIN = Duration.ofSeconds(1);
    private static final Duration IDLE = Duration.ofMinutes(1);
    private static final Duration EVENTS = Duration.ofHours(1);

    private final Store store;
    private final Supplier<Catalogue> catalogue;
    private final WritePath writes;
    private final Ticker ticker;
    private final Consumer<Throwable> failures;
    private final LeftOver.Held held = LeftOver.hold("thread", "collector");
    private final Thread thread;
    private Graph graph = new Graph();
    private Set<ResourceKey> due = new LinkedHashSet<>();
    private volatile boolean closed;

    public Collector(
            Store store,
            Supplier<Catalogue> catalogue,
            WritePath writes,
            Ticker ticker,
            Consumer<Throwable> failures) {
        this.store = store;
        this.catalogue = catalogue;
        this.writes = writes;
        this.ticker = ticker;
        this.failures = failures;
        this.thread = Thread.ofVirtual().name("collector").start(this::run);
    }

    /// Returns when the thread has ended.
    @Override
    public void close() {
        closed = true;
        thread.interrupt();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        try {
            while (!closed) {
                var families = families();
                graph = new Graph();
                due = new LinkedHashSet<>();
                var started = store.start(families);
                try (var watch = started.watch()) {
                    for (var resource : started.listing().resources()) {
                        graph.put(resource);
                        due.add(resource.key());
                    }
                    // A kind that is new is told of by its definition's change of status.
                    while (!closed && families.containsAll(families())) {
                        var change = watch.next(due.isEmpty() ? IDLE : Duration.ZERO);
                        if (change != null) {
                            note(change);
                        } else if (due.isEmpty()) {
                            endEvents();
                        } else {
                            work();
                            change = due.isEmpty() ? null : watch.next(AGAIN);
                            if (change != null) {
                                note(change);
                            }
                        }
                    }
                } catch (TooOldException e) {
                    // Begin again from a new list.
                }
            }
        } catch (InterruptedException e) {
            // Closed.
        } finally {
            held.release();
        }
    }

    private Set<String> families() {
        return catalogue.get().all().stream()
                .filter(k -> !k.schema().request())
                .map(k -> k.kind().family())
                .collect(Collectors.toSet());
    }

    private void note(Change change) {
        var after = change.after();
        if (after != null) {
            graph.put(after);
            due.add(after.key());
            return;
        }
        var gone = graph.remove(change.key());
        if (gone == null) {
            return;
        }
        due.addAll(graph.ownedBy(gone.uid()));
        // Who waits for it to go.
        for (var owner : Graph.owners(gone)) {
            var key = graph.key(Graph.uid(owner));
            if (key != null) {
                due.add(key);
            }
        }
        due.add(new ResourceKey("namespaces", "", gone.namespace()));
    }

    private void work() {
        var now = due;
        due = new LinkedHashSet<>();
        for (var key : now) {
            try {
                look(key);
            } catch (Refusal refusal) {
                if (refusal.code() != 404) {
                    due.add(key);
                }
            } catch (RuntimeException e) {
                failures.accept(e);
                due.add(key);
            }
        }
    }

    private void look(ResourceKey key) {
        var resource = graph.get(key);
        if (resource == null) {
            return;
        }
        var finalizers = strings(resource, "finalizers");
        if (resource.metadata().has("deletionTimestamp")) {
            if (finalizers.contains(ORPHAN)) {
                graph.ownedBy(resource.uid()).forEach(k -> disown(k, Set.of(resource.uid())));
                unfinalize(resource, ORPHAN);
            } else if (finalizers.contains(FOREGROUND)) {
                foreground(resource);
            }
            if (key.family().equals("namespaces")) {
                namespace(resource);
            }
            return;
        }
        owned(resource);
    }

    /// Whether anybody still owns it who once did.
    private void owned(Resource resource) {
        var gone = new LinkedHashSet<String>();
        var all = 0;
        for (var owner : Graph.owners(resource)) {
            all++;
            if (!graph.isThere(Graph.uid(owner))) {
                gone.add(Graph.uid(owner));
            }
        }
        if (gone.isEmpty()) {
            return;
        }
        if (gone.size() == all) {
            delete(resource);
        } else {
            disown(resource.key(), gone);
        }
    }

    private void foreground(Resource owner) {
        var blocking = false;
        for (var key : graph.ownedBy(owner.uid())) {
            var child = Objects.requireNonNull(graph.get(key));
            if (!child.metadata().has("deletionTimestamp")) {
                delete(child);
            }
            for (var reference : Graph.owners(child)) {
                blocking |=
                        Graph.uid(reference).equals(owner.uid())
                                && reference.path("blockOwnerDeletion").asBoolean(false)
                                && store.get(key) != null;
            }
        }
        if (!blocking) {
            unfinalize(owner, FOREGROUND);
        }
    }

    private void namespace(Resource namespace) {
        var left = false;
        for (var resource : graph.in(namespace.name())) {
            if (!resource.metadata().has("deletionTimestamp")) {
                delete(resource);
            }
            left |= store.get(resource.key()) != null;
        }
        if (!left) {
            writes.update(
                    intent(),
                    Objects.requireNonNull(catalogue.get().stored("namespaces")),
                    namespace.key(),
                    Part.FINALIZE,
                    now -> {
                        var body = now.body().deepCopy();
                        body.withObject("/spec").remove("finalizers");
                        return body;
                    });
        }
    }

    private void delete(Resource resource) {
        var served = catalogue.get().stored(resource.kind().family());
        if (served != null) {
            var options =
                    new DeleteOptions(
                            null, DeleteOptions.Propagation.BACKGROUND, resource.uid(), "");
            writes.delete(intent(), served, resource.key(), options);
        }
    }

    private void disown(ResourceKey key, Set<String> uids) {
        change(
                key,
                metadata -> {
                    var kept = JsonNodeFactory.instance.arrayNode();
                    for (var owner : metadata.path("ownerReferences")) {
                        if (!uids.contains(Graph.uid(owner))) {
                            kept.add(owner);
                        }
                    }
                    if (kept.isEmpty()) {
                        metadata.remove("ownerReferences");
                    } else {
                        metadata.set("ownerReferences", kept);
                    }
                });
    }

    private void unfinalize(Resource resource, String finalizer) {
        change(
                resource.key(),
                metadata -> {
                    var kept = JsonNodeFactory.instance.arrayNode();
                    for (var one : metadata.path("finalizers")) {
                        if (!one.asString("").equals(finalizer)) {
                            kept.add(one);
                        }
                    }
                    if (kept.isEmpty()) {
                        metadata.remove("finalizers");
                    } else {
                        metadata.set("finalizers", kept);
                    }
                });
    }

    private void change(ResourceKey key, Consumer<ObjectNode> metadata) {
        writes.update(
                intent(),
                Objects.requireNonNull(catalogue.get().stored(key.family())),
                key,
                Part.MAIN,
                now -> {
                    var body = now.body().deepCopy();
                    metadata.accept(body.withObject("/metadata"));
                    return body;
                });
    }

    private void endEvents() {
        var oldest = ticker.now().minus(EVENTS);
        for (var event : graph.of("events")) {
            if (event.created().isBefore(oldest)) {
                try {
                    delete(event);
                } catch (Refusal refusal) {
                    // Gone already.
                }
            }
        }
    }

    private static Intent intent() {
        return Intent.of(Caller.system("garbage-collector"), "garbage-collector");
    }

    private static List<String> strings(Resource resource, String field) {
        var all = new ArrayList<String>();
        resource.metadata().path(field).forEach(n -> all.add(n.asString("")));
        return all;
    }
}
