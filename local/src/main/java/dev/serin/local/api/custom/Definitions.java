package dev.serin.local.api.custom;

import dev.serin.base.lifecycle.LeftOver;
import dev.serin.base.time.Ticker;
import dev.serin.config.Resource;
import dev.serin.config.schema.ObjectType;
import dev.serin.config.schema.Schemas;
import dev.serin.local.api.Caller;
import dev.serin.local.api.Refusal;
import dev.serin.local.api.kind.Catalogue;
import dev.serin.local.api.kind.ServedKind;
import dev.serin.local.api.write.DeleteOptions;
import dev.serin.local.api.write.Intent;
import dev.serin.local.api.write.Part;
import dev.serin.local.api.write.WritePath;
import dev.serin.local.store.Store;
import dev.serin.local.store.TooOldException;

import tools.jackson.databind.node.ObjectNode;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;

/// Owns what is served: the built-in kinds, and those of stored definitions, whose names it accepts
/// and whose resources it deletes with them. Its thread watches definitions and publishes a
/// [Catalogue]; a definition is Established only after that, so that who waits for it finds its
/// kind. Built in [#start]; before, only what was stored is served.
public final class Definitions implements Supplier<Catalogue>, AutoCloseable {
    private static final Duration IDLE = Duration.ofMinutes(1);
    private static final Duration AGAIN = Duration.ofMillis(200);

    private final Store store;
    private final Schemas schemas;
    private final ObjectType plain;
    private final Ticker ticker;
    private final Consumer<Throwable> failures;
    private volatile Catalogue catalogue;
    private volatile boolean closed;
    private LeftOver.@org.jspecify.annotations.Nullable Held held;
    private @org.jspecify.annotations.Nullable Thread thread;

    /// @param failures told of what should not fail; it is tried again
    public Definitions(Store store, Schemas schemas, Ticker ticker, Consumer<Throwable> failures) {
        this.store = store;
        this.schemas = schemas;
        this.ticker = ticker;
        this.failures = failures;
        this.plain = schemas.get("v1", "ConfigMap").type();
        this.catalogue = served(all());
    }

    /// What is served at this moment. Any thread.
    @Override
    public Catalogue get() {
        return catalogue;
    }

    /// Begins to watch; call once.
    public Definitions start(WritePath writes) {
        held = LeftOver.hold("thread", "definitions");
        thread = Thread.ofVirtual().name("definitions").start(() -> run(writes));
        return this;
    }

    /// Returns when the thread has ended.
    @Override
    public void close() {
        closed = true;
        if (thread != null) {
            thread.interrupt();
            try {
                thread.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private void run(WritePath writes) {
        try {
            while (!closed) {
                try (var watch = store.start(Set.of(Definition.FAMILY)).watch()) {
                    while (!closed) {
                        var settled = tried(writes);
                        // What failed or must wait is looked at again soon.
                        watch.next(settled ? IDLE : AGAIN);
                    }
                } catch (TooOldException e) {
                    // Begin again from a new list.
                }
            }
        } catch (InterruptedException e) {
            // Closed.
        } finally {
            Objects.requireNonNull(held).release();
        }
    }

    private List<Definition> all() {
        return store.list(Definition.FAMILY, null).resources().stream()
                .map(Definition::new)
                .toList();
    }

    private Catalogue served(List<Definition> definitions) {
        var all = new ArrayList<ServedKind>();
        definitions.stream()
                .filter(d -> d.is("Established"))
                .sorted(Comparator.comparing(Definition::group).thenComparing(Definition::family))
                .forEach(d -> all.addAll(d.served(plain)));
        return new Catalogue(schemas, all);
    }

    private boolean tried(WritePath writes) {
        try {
            return look(writes);
        } catch (RuntimeException e) {
            failures.accept(e);
            return false;
        }
    }

    /// False when there is something left to do.
    private boolean look(WritePath writes) {
        var definitions = all();
        var settled = true;
        var accepted = new ArrayList<Definition>();
        for (var definition : definitions) {
            var status = Naming.status(definition, accepted(definitions, accepted), ticker.now());
            var body = definition.resource().body().deepCopy();
            body.set("status", status);
            accepted.add(new Definition(new Resource(definition.resource().kind(), body)));
        }
        // Served first, then told.
        catalogue = served(accepted);
        for (var definition : accepted) {
            try {
                status(writes, definition);
                if (definition.ends()) {
                    settled &= end(writes, definition);
                }
            } catch (Refusal refusal) {
                settled &= refusal.code() == 404;
            } catch (RuntimeException e) {
                failures.accept(e);
                settled = false;
            }
        }
        return settled;
    }

    /// The newest that is known of each: what was looked at before, then the rest as it is stored.
    private static List<Definition> accepted(List<Definition> all, List<Definition> looked) {
        var both = new ArrayList<>(looked);
        both.addAll(all.subList(looked.size(), all.size()));
        return both;
    }

    private void status(WritePath writes, Definition definition) {
        change(
                writes,
                definition,
                Part.STATUS,
                body -> body.set("status", definition.resource().status().deepCopy()));
    }

    /// Deletes the kind's resources; when none is left the definition may go.
    private boolean end(WritePath writes, Definition definition) {
        var finalizers = Definition.strings(definition.resource().metadata().path("finalizers"));
        if (!finalizers.contains(Definition.CLEANUP)) {
            return true;
        }
        var kind = catalogue.stored(definition.family());
        if (kind != null && kind.custom() != null) {
            var left = store.list(definition.family(), null).resources();
            for (var resource : left) {
                if (!resource.metadata().has("deletionTimestamp")) {
                    writes.delete(intent(), kind, resource.key(), DeleteOptions.plain(null));
                }
            }
            if (!store.list(definition.family(), null).resources().isEmpty()) {
                return false;
            }
        }
        change(
                writes,
                definition,
                Part.STATUS,
                body ->
                        Naming.set(
                                body.withObject("/status"),
                                "Terminating",
                                false,
                                "InstanceDeletionCompleted",
                                "removed all instances",
                                ticker.now()));
        change(
                writes,
                definition,
                Part.MAIN,
                body -> {
                    var kept = body.withObject("/metadata").putArray("finalizers");
                    finalizers.stream()
                            .filter(f -> !f.equals(Definition.CLEANUP))
                            .forEach(kept::add);
                    if (kept.isEmpty()) {
                        body.withObject("/metadata").remove("finalizers");
                    }
                });
        return true;
    }

    private void change(
            WritePath writes, Definition definition, Part part, Consumer<ObjectNode> how) {
        writes.update(
                intent(),
                Objects.requireNonNull(catalogue.stored(Definition.FAMILY)),
                definition.resource().key(),
                part,
                now -> {
                    var body = now.body().deepCopy();
                    how.accept(body);
                    return body;
                });
    }

    private static Intent intent() {
        return Intent.of(Caller.system("apiserver"), "kube-apiserver");
    }
}
