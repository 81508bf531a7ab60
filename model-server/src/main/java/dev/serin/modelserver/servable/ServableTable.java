package dev.serin.modelserver.servable;

import dev.serin.inference.ModelSpec;
import dev.serin.inference.ModelVersionStatus;
import dev.serin.inference.ServingException;
import dev.serin.inference.StatusCode;

import java.util.List;
import java.util.Map;
import java.util.SortedMap;

/// Every model as it stands at one moment: what requests look in. Immutable; published by the
/// [ServableManager].
public final class ServableTable {
    public static final ServableTable EMPTY = new ServableTable(Map.of(), false, false);

    private final Map<String, Model> models;
    private final boolean settled;
    private final boolean ready;

    /// One model.
    ///
    /// @param available the versions that can be asked
    /// @param statuses of all versions ever seen
    /// @param labels names for versions
    public record Model(
            SortedMap<Long, Loaded> available,
            SortedMap<Long, ModelVersionStatus> statuses,
            Map<String, Long> labels) {}

    ServableTable(Map<String, Model> models, boolean settled, boolean ready) {
        this.models = Map.copyOf(models);
        this.settled = settled;
        this.ready = ready;
    }

    /// Whether nothing that is configured is still on its way: each model has been looked for and
    /// has an available version, or none that could become one without a change from outside or a
    /// further try.
    public boolean isSettled() {
        return settled;
    }

    /// Whether each model that is configured has an available version.
    public boolean isReady() {
        return ready;
    }

    public Map<String, Model> models() {
        return models;
    }

    /// The use of the version that `spec` means.
    ///
    /// @throws ServingException NOT_FOUND, or INVALID_ARGUMENT for a label that is not known
    public Loaded.Lease lease(ModelSpec spec) {
        var model = models.get(spec.name());
        var wanted = spec;
        if (spec.label() != null) {
            var version = model == null ? null : model.labels.get(spec.label());
            if (version == null) {
                throw ServingException.invalid(
                        "Unrecognized servable version label: " + spec.label());
            }
            wanted = new ModelSpec(spec.name(), version, null);
        }
        if (model == null || model.available.isEmpty()) {
            throw notFound(wanted);
        }
        var loaded =
                wanted.version() == null
                        ? model.available.lastEntry().getValue()
                        : model.available.get(wanted.version());
        var lease = loaded == null ? null : loaded.lease();
        if (lease == null) {
            throw notFound(wanted);
        }
        return lease;
    }

    private static ServingException notFound(ModelSpec spec) {
        return new ServingException(
                StatusCode.NOT_FOUND, "Servable not found for request: " + spec.text());
    }

    /// Where the versions stand, the newest first. A label is not looked at, as TensorFlow Serving
    /// does not.
    ///
    /// @throws ServingException NOT_FOUND
    public List<ModelVersionStatus> statuses(ModelSpec spec) {
        var model = models.get(spec.name());
        if (spec.version() != null) {
            var status = model == null ? null : model.statuses.get(spec.version());
            if (status == null) {
                throw new ServingException(
                        StatusCode.NOT_FOUND,
                        "Could not find version " + spec.version() + " of model " + spec.name());
            }
            return List.of(status);
        }
        if (model == null || model.statuses.isEmpty()) {
            throw new ServingException(
                    StatusCode.NOT_FOUND, "Could not find any versions of model " + spec.name());
        }
        return List.copyOf(model.statuses.reversed().values());
    }
}
