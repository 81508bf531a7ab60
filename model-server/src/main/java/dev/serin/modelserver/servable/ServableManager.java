package dev.serin.modelserver.servable;

import dev.serin.base.ProblemException;
import dev.serin.base.flow.Latest;
import dev.serin.base.flow.Owner;
import dev.serin.base.time.Timers;
import dev.serin.inference.ModelVersionStatus;
import dev.serin.inference.ModelVersionStatus.State;
import dev.serin.inference.ServingException;
import dev.serin.inference.StatusCode;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

/// Moves the loaded versions towards the aspired ones, one action at a time a model, and publishes
/// the table that requests look in. All state is owned by one thread; loading and unloading run on
/// the executor that is handed in.
public final class ServableManager {
    private final Owner owner;
    private final Executor loaders;
    private final Timers timers;
    private final Loader loader;
    private final VersionPolicy policy;
    private final Retries retries;
    private final Observer observer;
    private final Map<String, Model> models = new TreeMap<>();
    private final Latest<ServableTable> table = new Latest<>(ServableTable.EMPTY);

    /// How often a version that failed is tried again, besides when its files change.
    public record Retries(int most, Duration interval) {}

    /// Told what happens to versions, on the owner's thread.
    public interface Observer {
        void loading(ServableId id);

        void available(ServableId id, int tries);

        void failed(ServableId id, RuntimeException why);

        void unloaded(ServableId id);
    }

    private static final class Model {
        private final SortedMap<Long, Version> versions = new TreeMap<>();
        private Map<String, Long> labels = Map.of();
        private boolean configured = true;
        private boolean looked;

        /// Whether its base path has been looked at and nothing of it is on its way.
        boolean settled() {
            return looked
                    && (versions.values().stream().anyMatch(v -> v.loaded != null)
                            || versions.values().stream()
                                    .noneMatch(v -> v.aspired != null && v.state != State.END));
        }
    }

    private static final class Version {
        private final ServableId id;
        private State state = State.START;
        private StatusCode code = StatusCode.OK;
        private String message = "";
        private AspiredVersions.@Nullable Aspired aspired;
        private long triedFingerprint;
        private int failures;
        private @Nullable Loaded loaded;

        Version(ServableId id) {
            this.id = id;
        }

        ModelVersionStatus status() {
            return new ModelVersionStatus(id.version(), state, code, message);
        }
    }

    /// @param owner the thread of all of this object's state
    /// @param loaders where loading runs
    public ServableManager(
            Owner owner,
            Executor loaders,
            Timers timers,
            Loader loader,
            VersionPolicy policy,
            Retries retries,
            Observer observer) {
        this.owner = owner;
        this.loaders = loaders;
        this.timers = timers;
        this.loader = loader;
        this.policy = policy;
        this.retries = retries;
        this.observer = observer;
    }

    /// What requests look in.
    public Latest<ServableTable> table() {
        return table;
    }

    /// Says which models there shall be, before their versions are known. Owner's thread only.
    public void configure(Map<String, Map<String, Long>> labelsByModel) {
        owner.check();
        models.forEach((name, model) -> model.configured = labelsByModel.containsKey(name));
        labelsByModel.forEach((name, labels) -> {
            var model = models.computeIfAbsent(name, _ -> new Model());
            model.labels = labels;
            model.configured = true;
        });
        publish();
    }

    /// Takes over what a source wants. Owner's thread only.
    public void aspire(AspiredVersions wanted) {
        owner.check();
        var model = models.computeIfAbsent(wanted.model(), _ -> new Model());
        model.looked = true;
        wanted.versions()
                .keySet()
                .forEach(version ->
                        model.versions.computeIfAbsent(
                                version,
                                _ -> new Version(new ServableId(wanted.model(), version))));
        for (var version : model.versions.values()) {
            var aspired = wanted.versions().get(version.id.version());
            version.aspired = aspired;
            if (aspired == null) {
                if (version.state == State.START) {
                    version.state = State.END;
                }
            } else if (version.state == State.END
                    && (version.code == StatusCode.OK
                            || aspired.fingerprint() != version.triedFingerprint)) {
                // It came back, or its files changed since it failed.
                version.failures = 0;
                version.state = State.START;
            }
        }
        advance(model);
    }

    /// Unloads everything: nothing is aspired any more.
    public void close() {
        owner.check();
        for (var name : models.keySet()) {
            aspire(new AspiredVersions(name, Collections.emptySortedMap()));
        }
    }

    private void advance(Model model) {
        var standings = new TreeMap<Long, VersionPolicy.Standing>();
        model.versions.forEach((number, version) ->
                standings.put(
                        number,
                        new VersionPolicy.Standing(version.state, version.aspired != null)));
        for (var action = policy.next(standings); action != null; action = policy.next(standings)) {
            switch (action) {
                case VersionPolicy.Action.Load(long number) -> {
                    load(model, version(model, number));
                    standings.put(number, new VersionPolicy.Standing(State.LOADING, true));
                }
                case VersionPolicy.Action.Unload(long number) -> {
                    unload(version(model, number));
                    standings.put(number, new VersionPolicy.Standing(State.UNLOADING, false));
                }
            }
        }
        publish();
    }

    private static Version version(Model model, long number) {
        var version = model.versions.get(number);
        if (version == null) {
            throw new IllegalStateException("the policy names version " + number + ": unknown");
        }
        return version;
    }

    private void load(Model model, Version version) {
        var aspired = version.aspired;
        if (aspired == null) {
            throw new IllegalStateException("the policy loads " + version.id + ": not aspired");
        }
        version.state = State.LOADING;
        version.triedFingerprint = aspired.fingerprint();
        observer.loading(version.id);
        loaders.execute(() -> {
            try {
                var servable = loader.load(version.id, aspired.folder());
                owner.execute(() -> loaded(model, version, servable));
            } catch (RuntimeException e) {
                owner.execute(() -> failed(model, version, e));
            } catch (LinkageError | OutOfMemoryError e) {
                owner.execute(() -> failed(model, version, new IllegalStateException(e)));
            }
        });
    }

    private void loaded(Model model, Version version, Servable servable) {
        version.loaded =
                new Loaded(version.id, servable, () -> owner.execute(() -> ended(model, version)));
        version.state = State.AVAILABLE;
        version.code = StatusCode.OK;
        version.message = "";
        observer.available(version.id, version.failures + 1);
        advance(model);
    }

    private void failed(Model model, Version version, RuntimeException why) {
        version.state = State.END;
        version.code =
                switch (why) {
                    case ServingException e -> e.code();
                    case ProblemException _ -> StatusCode.FAILED_PRECONDITION;
                    default -> StatusCode.INTERNAL;
                };
        version.message =
                why instanceof ServingException e ? e.text() : String.valueOf(why.getMessage());
        version.failures++;
        observer.failed(version.id, why);
        if (version.failures <= retries.most) {
            timers.after(retries.interval, () -> owner.execute(() -> retry(model, version)));
        }
        advance(model);
    }

    private void retry(Model model, Version version) {
        if (version.state == State.END
                && version.code != StatusCode.OK
                && version.aspired != null) {
            version.state = State.START;
            advance(model);
        }
    }

    private void unload(Version version) {
        var loaded = version.loaded;
        version.state = State.UNLOADING;
        version.loaded = null;
        if (loaded != null) {
            try {
                // Closing may take a while and runs where the last lease ends: off this thread.
                loaders.execute(loaded::retire);
            } catch (RejectedExecutionException e) {
                // The server has ended; a load that came too late goes here.
                loaded.retire();
            }
        }
    }

    private void ended(Model model, Version version) {
        version.state = version.aspired == null ? State.END : State.START;
        observer.unloaded(version.id);
        advance(model);
    }

    private void publish() {
        var next = new HashMap<String, ServableTable.Model>();
        var settled = true;
        var ready = true;
        for (var entry : models.entrySet()) {
            var model = entry.getValue();
            var available = new TreeMap<Long, Loaded>();
            var statuses = new TreeMap<Long, ModelVersionStatus>();
            for (var version : model.versions.values()) {
                statuses.put(version.id.version(), version.status());
                if (version.loaded != null) {
                    available.put(version.id.version(), version.loaded);
                }
            }
            settled &= !model.configured || model.settled();
            ready &= !model.configured || !available.isEmpty();
            next.put(entry.getKey(), new ServableTable.Model(available, statuses, model.labels));
        }
        table.set(new ServableTable(next, settled, ready));
    }
}
