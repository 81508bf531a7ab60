package dev.serin.local.store;

import dev.serin.base.flow.Owner;
import dev.serin.config.Resource;
import dev.serin.config.ResourceKey;

import org.jspecify.annotations.Nullable;

import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;

/// All resources, in memory to be read and on disk to stay. Writes run one after another on the
/// store's thread; those that wait together share one fsync, and a write is answered, and seen by
/// readers and watchers, only after it. Safe for any thread.
public final class Store implements AutoCloseable {
    private final StoreFile file;
    private final Owner thread;
    private final int history;
    private final int queue;

    private final Object picture = new Object();
    private final Map<String, NavigableMap<String, Resource>> families = new HashMap<>();
    private final ArrayDeque<Change> changes = new ArrayDeque<>();
    private final List<StoreWatch> watches = new CopyOnWriteArrayList<>();
    private long revision;
    private long oldest;

    private final Object inbox = new Object();
    private List<Write> waiting = new ArrayList<>();
    private boolean closed;

    /// Opens or creates the file.
    ///
    /// @param history how many changes can be watched again
    /// @param queue how many changes may wait for one slow watcher
    /// @throws dev.serin.base.ProblemException if another process holds the file
    public Store(Path path, int history, int queue) {
        this.history = history;
        this.queue = queue;
        this.file = new StoreFile(path);
        this.revision = Math.max(1, file.load(this::keep));
        this.oldest = revision;
        this.thread = new Owner("store", _ -> {});
    }

    /// Applies `edit` to the resource and returns when the result is on disk: the new state, or the
    /// last one with the removal's resourceVersion, or null where nothing was and nothing is.
    public @Nullable Resource write(ResourceKey key, Edit edit) {
        var write = new Write(key, edit, new CompletableFuture<>());
        synchronized (inbox) {
            if (closed) {
                throw new IllegalStateException("the store is closed");
            }
            if (waiting.isEmpty()) {
                thread.execute(this::flush);
            }
            waiting.add(write);
        }
        try {
            return write.answer.join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw e;
        }
    }

    public @Nullable Resource get(ResourceKey key) {
        synchronized (picture) {
            return at(key);
        }
    }

    /// @param namespace null for all
    public Listing list(String family, @Nullable String namespace) {
        synchronized (picture) {
            return new Listing(revision, List.copyOf(in(of(family), namespace)));
        }
    }

    /// What was there at an older revision, by undoing what came after.
    ///
    /// @throws TooOldException when the history does not reach back so far
    public Listing list(String family, @Nullable String namespace, long at) {
        synchronized (picture) {
            if (at < oldest) {
                throw new TooOldException(at, oldest);
            }
            var past = new TreeMap<>(of(family));
            for (var all = changes.descendingIterator(); all.hasNext(); ) {
                var change = all.next();
                if (change.revision() <= at) {
                    break;
                }
                if (change.family().equals(family)) {
                    put(past, change.key(), change.before());
                }
            }
            return new Listing(at, List.copyOf(in(past, namespace)));
        }
    }

    /// The revision of the newest write.
    public long revision() {
        synchronized (picture) {
            return revision;
        }
    }

    /// Families that have at least one resource.
    public Set<String> families() {
        synchronized (picture) {
            var names = new HashSet<String>();
            families.forEach((name, all) -> {
                if (!all.isEmpty()) {
                    names.add(name);
                }
            });
            return names;
        }
    }

    /// Watches what comes after `revision`.
    ///
    /// @throws TooOldException when the history does not reach back so far
    public StoreWatch watch(Set<String> families, long after) {
        synchronized (picture) {
            if (after < oldest) {
                throw new TooOldException(after, oldest);
            }
            var missed = new ArrayList<Change>();
            for (var change : changes) {
                if (change.revision() > after && families.contains(change.family())) {
                    missed.add(change);
                }
            }
            var watch = new StoreWatch(this, families, queue + missed.size(), after);
            missed.forEach(watch::offer);
            watches.add(watch);
            return watch;
        }
    }

    /// What is there now, and every change after it.
    public Started start(Set<String> families) {
        synchronized (picture) {
            var all = new ArrayList<Resource>();
            for (var family : families) {
                all.addAll(of(family).values());
            }
            return new Started(new Listing(revision, all), watch(families, revision));
        }
    }

    /// A watch together with what was there when it began.
    public record Started(Listing listing, StoreWatch watch) {}

    /// Writes what was asked for before, then closes the file; later writes are refused.
    @Override
    public void close() {
        synchronized (inbox) {
            if (closed) {
                return;
            }
            closed = true;
        }
        thread.call(
                        () -> {
                            file.close();
                            return true;
                        })
                .join();
        thread.close();
    }

    void forget(StoreWatch watch) {
        watches.remove(watch);
    }

    long caughtUpTo(StoreWatch watch) {
        synchronized (picture) {
            return watch.isEmpty() ? revision : watch.seen();
        }
    }

    /// One turn of the store's thread: all that waits becomes one commit.
    private void flush() {
        List<Write> batch;
        synchronized (inbox) {
            batch = waiting;
            waiting = new ArrayList<>();
        }
        var made = new ArrayList<Change>();
        var states = new LinkedHashMap<ResourceKey, @Nullable Resource>();
        var answers = new ArrayList<Runnable>();
        var next = revision();
        for (var write : batch) {
            try {
                var current =
                        states.containsKey(write.key) ? states.get(write.key) : get(write.key);
                var wanted = write.edit.apply(current);
                if (Objects.equals(wanted, current)) {
                    answers.add(() -> write.answer.complete(current));
                    continue;
                }
                var change = change(++next, current, wanted);
                made.add(change);
                states.put(write.key, change.after());
                answers.add(() -> write.answer.complete(change.last()));
            } catch (RuntimeException | Error e) {
                answers.add(() -> write.answer.completeExceptionally(e));
            }
        }
        try {
            if (!made.isEmpty()) {
                file.commit(made, next);
                publish(made, next);
            }
            answers.forEach(Runnable::run);
        } catch (RuntimeException e) {
            batch.forEach(write -> write.answer.completeExceptionally(e));
        }
    }

    private void publish(List<Change> made, long reached) {
        synchronized (picture) {
            for (var change : made) {
                put(of(change.family()), change.key(), change.after());
                changes.addLast(change);
                watches.forEach(watch -> watch.offer(change));
            }
            while (changes.size() > history) {
                oldest = changes.removeFirst().revision();
            }
            revision = reached;
        }
    }

    private static Change change(
            long revision, @Nullable Resource current, @Nullable Resource wanted) {
        if (wanted != null) {
            wanted.body().withObject("/metadata").put("resourceVersion", Long.toString(revision));
            return new Change(revision, current, wanted, wanted);
        }
        if (current == null) {
            throw new IllegalArgumentException("nothing to remove");
        }
        var body = current.body().deepCopy();
        body.withObject("/metadata").put("resourceVersion", Long.toString(revision));
        return new Change(revision, current, null, new Resource(current.kind(), body));
    }

    private void keep(Resource resource) {
        put(of(resource.kind().family()), resource.key(), resource);
    }

    private static void put(
            Map<String, Resource> all, ResourceKey key, @Nullable Resource resource) {
        if (resource == null) {
            all.remove(place(key));
        } else {
            all.put(place(key), resource);
        }
    }

    private @Nullable Resource at(ResourceKey key) {
        return of(key.family()).get(place(key));
    }

    private NavigableMap<String, Resource> of(String family) {
        return families.computeIfAbsent(family, _ -> new TreeMap<>());
    }

    private static Collection<Resource> in(
            NavigableMap<String, Resource> all, @Nullable String namespace) {
        // '0' is the character after '/'
        return namespace == null
                ? all.values()
                : all.subMap(namespace + "/", true, namespace + "0", false).values();
    }

    private static String place(ResourceKey key) {
        return key.namespace() + "/" + key.name();
    }

    private record Write(
            ResourceKey key, Edit edit, CompletableFuture<@Nullable Resource> answer) {}
}
