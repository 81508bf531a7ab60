package dev.serin.modelserver.source;

import dev.serin.base.Problem;
import dev.serin.modelserver.servable.AspiredVersions;
import dev.serin.modelserver.servable.AspiredVersions.Aspired;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;

/// Looks for versions in the models' base paths. [#poll()] is called now and then, on one thread;
/// it tells what it found only when that changed.
public final class DirectorySource {
    private final Consumer<AspiredVersions> aspire;
    private final Consumer<Problem> warn;
    private final Map<String, AspiredVersions> told = new HashMap<>();
    private final Map<String, Problem> warned = new HashMap<>();
    private final Map<String, SortedMap<Long, Aspired>> found = new HashMap<>();
    private List<ModelConfig> models = List.of();

    /// @param aspire told the versions that a model shall have
    /// @param warn told of a base path that is missing or holds no version, once a change
    public DirectorySource(Consumer<AspiredVersions> aspire, Consumer<Problem> warn) {
        this.aspire = aspire;
        this.warn = warn;
    }

    /// Replaces the models to look for; one that is gone gets no versions.
    public void models(List<ModelConfig> next) {
        for (var old : models) {
            if (next.stream().noneMatch(model -> model.name().equals(old.name()))) {
                tell(new AspiredVersions(old.name(), Collections.emptySortedMap()));
            }
        }
        models = List.copyOf(next);
    }

    /// Looks once.
    public void poll() {
        models.forEach(this::poll);
    }

    private void poll(ModelConfig model) {
        var there = new TreeMap<Long, Aspired>();
        try (var folders = Files.list(model.basePath())) {
            for (var folder : folders.toList()) {
                var version = version(folder);
                if (version >= 0 && Files.isDirectory(folder)) {
                    there.put(version, new Aspired(folder, fingerprint(folder)));
                }
            }
        } catch (IOException e) {
            warn(
                    model,
                    new Problem(
                            "base path " + model.basePath() + " of model " + model.name(),
                            Files.isDirectory(model.basePath())
                                    ? "it cannot be read (" + e + ")"
                                    : "it does not exist",
                            "a folder with one folder a version, for instance "
                                    + model.basePath().resolve("1"),
                            "put the model there or correct --model_base_path; the server looks"
                                    + " again every poll"));
            tell(new AspiredVersions(model.name(), Collections.emptySortedMap()));
            return;
        }
        SortedMap<Long, Aspired> chosen = model.selection().of(settled(model, there));
        if (model.selection().of(there).isEmpty()) {
            warn(model, nothingThere(model, there));
        } else {
            warned.remove(model.name());
        }
        tell(new AspiredVersions(model.name(), chosen));
    }

    /// Without what is still being copied: a version that came, or changed, after the first look
    /// counts as it is once two looks have found the same.
    private SortedMap<Long, Aspired> settled(ModelConfig model, SortedMap<Long, Aspired> there) {
        var before = found.put(model.name(), there);
        var told = this.told.get(model.name());
        if (before == null || told == null) {
            return there;
        }
        var settled = new TreeMap<Long, Aspired>();
        there.forEach((version, aspired) -> {
            var earlier = told.versions().get(version);
            if (aspired.equals(before.get(version))) {
                settled.put(version, aspired);
            } else if (earlier != null) {
                settled.put(version, earlier);
            }
        });
        return settled;
    }

    private static Problem nothingThere(ModelConfig model, SortedMap<Long, Aspired> there) {
        var subject = "base path " + model.basePath() + " of model " + model.name();
        if (!there.isEmpty()) {
            return new Problem(
                    subject,
                    "of the versions " + there.keySet() + " none is selected",
                    String.valueOf(model.selection()),
                    "correct model_version_policy");
        }
        return new Problem(
                subject,
                Files.isRegularFile(model.basePath().resolve("saved_model.pb"))
                        ? "it is a version's folder itself (it holds saved_model.pb)"
                        : "it holds no version",
                "a folder whose name is a number, for instance "
                        + model.basePath().resolve("1").resolve("saved_model.pb"),
                "move the model's files into a folder named 1");
    }

    private void warn(ModelConfig model, Problem problem) {
        if (!problem.equals(warned.put(model.name(), problem))) {
            warn.accept(problem);
        }
    }

    private void tell(AspiredVersions versions) {
        if (!versions.equals(told.put(versions.model(), versions))) {
            aspire.accept(versions);
        }
    }

    /// The number that a folder is named, -1 if it is none.
    private static long version(Path folder) {
        var name = folder.getFileName().toString();
        if (name.isEmpty() || !name.chars().allMatch(c -> c >= '0' && c <= '9')) {
            return -1;
        }
        try {
            return Long.parseLong(name);
        } catch (NumberFormatException e) {
            return -1;
        }
    }

    /// Changes when a file of the version comes, goes, grows or is written.
    private static long fingerprint(Path folder) throws IOException {
        long sum = 1;
        try (var files = Files.find(folder, 3, (_, attributes) -> attributes.isRegularFile())) {
            for (var file : files.sorted().toList()) {
                sum = 31 * sum + file.hashCode();
                sum = 31 * sum + Files.size(file);
                sum = 31 * sum + Files.getLastModifiedTime(file).toMillis();
            }
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
        return sum;
    }
}
