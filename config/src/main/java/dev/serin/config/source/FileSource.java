package dev.serin.config.source;

import dev.serin.base.Problem;
import dev.serin.base.lifecycle.LeftOver;
import dev.serin.base.time.Timers;
import dev.serin.config.Resource;
import dev.serin.config.ResourceKey;
import dev.serin.config.ResourceKind;
import dev.serin.config.check.Validator;
import dev.serin.config.check.Wording;
import dev.serin.config.codec.CurrentForm;
import dev.serin.config.codec.ResourceReader;
import dev.serin.config.schema.Schemas;

import tools.jackson.databind.node.ObjectNode;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/// The `.yaml` and `.yml` files of a folder, looked at again and again. A file that is wrong keeps
/// what it last said well, and its problems are told once; so does the folder while it cannot be
/// read.
public final class FileSource implements ConfigSource, AutoCloseable {
    private final Path folder;
    private final ResourceReader reader;
    private final CurrentForm current;
    private final Executor owner;
    private final Consumer<List<Problem>> problems;
    private final Timers.Timer timer;
    private final LeftOver.Held held;
    private final Watchers watchers = new Watchers();
    private final Map<Path, Known> files = new HashMap<>();
    private List<Problem> told = List.of();

    /// A file as it was read last.
    ///
    /// @param good what it said when it was right last
    private record Known(String text, List<Resource> good, List<Problem> problems) {}

    /// @param owner reads the files and calls the watchers, one task at a time and in order
    /// @param every how often the folder is looked at
    /// @param problems told, on the owner, of all that is wrong whenever that changes; with an
    ///   empty list when all is well again
    public FileSource(
            Path folder,
            Schemas schemas,
            Executor owner,
            Timers timers,
            Duration every,
            Consumer<List<Problem>> problems) {
        this.folder = folder;
        this.reader = new ResourceReader(schemas);
        this.current = new CurrentForm(schemas);
        this.owner = owner;
        this.problems = problems;
        this.held = LeftOver.hold("file source", folder.toString());
        owner.execute(this::look);
        this.timer = timers.every(every, () -> owner.execute(this::look));
    }

    @Override
    public Watch watch(Set<ResourceKind> kinds, Watcher watcher) {
        var watching = new Watchers.Watching(kinds, watcher);
        owner.execute(() -> watchers.add(watching));
        return watching;
    }

    /// Looks no more; watchers hear nothing further of the folder.
    @Override
    public void close() {
        timer.cancel();
        held.release();
    }

    private void look() {
        var found = new ArrayList<Problem>();
        try (var list = Files.list(folder)) {
            var there =
                    list.filter(f -> f.toString().matches(".*\\.ya?ml"))
                            .filter(Files::isRegularFile)
                            .sorted()
                            .toList();
            files.keySet().retainAll(there);
            there.forEach(this::read);
        } catch (IOException e) {
            found.add(
                    Problem.of(
                            folder.toString(),
                            "cannot be read: " + e,
                            "what it said last stays in force; make the folder readable"));
        }
        files.values().forEach(known -> found.addAll(known.problems()));
        apply(found);
        watchers.sync();
        if (!found.equals(told)) {
            told = List.copyOf(found);
            problems.accept(told);
        }
    }

    private void read(Path file) {
        var before = files.get(file);
        try {
            var text = Files.readString(file);
            if (before == null || !before.text().equals(text)) {
                files.put(file, known(file, text, before == null ? List.of() : before.good()));
            }
        } catch (IOException e) {
            var good = before == null ? List.<Resource>of() : before.good();
            var wrong =
                    Problem.of(
                            file.toString(),
                            "cannot be read: " + e,
                            "what it said last stays in force; save it as UTF-8 and readable");
            files.put(file, new Known("", good, List.of(wrong)));
        }
    }

    private Known known(Path file, String text, List<Resource> good) {
        var read = reader.read(file.toString(), text);
        var wrong = new ArrayList<>(read.problems());
        var resources = new ArrayList<Resource>();
        for (var manifest : read.manifests()) {
            var resource = manifest.resource();
            if (resource.kind().namespaced()
                    && resource.namespace().isEmpty()
                    && resource.body().path("metadata") instanceof ObjectNode metadata) {
                metadata.put("namespace", "default");
            }
            for (var violation : Validator.checkAll(manifest.schema(), resource)) {
                wrong.add(Wording.problem(manifest, violation));
            }
            resources.add(current.of(resource).resource());
        }
        return wrong.isEmpty()
                ? new Known(text, List.copyOf(resources), List.of())
                : new Known(text, good, List.copyOf(wrong));
    }

    /// Makes the watchers' world what the files say; of a resource in two files the first holds.
    private void apply(List<Problem> found) {
        var wanted = new LinkedHashMap<ResourceKey, Resource>();
        var from = new HashMap<ResourceKey, Path>();
        for (var file : files.keySet().stream().sorted().toList()) {
            var known = files.get(file);
            for (var resource : known == null ? List.<Resource>of() : known.good()) {
                var first = from.putIfAbsent(resource.key(), file);
                if (first == null) {
                    wanted.put(resource.key(), resource);
                } else {
                    found.add(
                            Problem.of(
                                    file.toString(),
                                    resource.key() + " is also in " + first + ", which holds",
                                    "take one of the two out"));
                }
            }
        }
        for (var key : watchers.keys()) {
            if (!wanted.containsKey(key)) {
                watchers.remove(key);
            }
        }
        wanted.values().forEach(watchers::put);
    }
}
