package dev.serin.modelserver;

import dev.serin.base.ProblemException;
import dev.serin.modelserver.backend.tensorflow.TensorFlowBackend;
import dev.serin.modelserver.servable.Loader;
import dev.serin.modelserver.servable.Servable;
import dev.serin.modelserver.servable.ServableId;

import java.nio.file.Path;
import java.util.function.Consumer;

/// Loads a version with the backend that can, and warms it up.
final class ModelLoader implements Loader {
    private final TensorFlowBackend tensorFlow;
    private final boolean warmUp;
    private final Consumer<String> log;

    ModelLoader(TensorFlowBackend tensorFlow, boolean warmUp, Consumer<String> log) {
        this.tensorFlow = tensorFlow;
        this.warmUp = warmUp;
        this.log = log;
    }

    @Override
    public Servable load(ServableId id, Path folder) {
        var missing = TensorFlowBackend.missing(folder);
        if (missing != null) {
            throw new ProblemException(missing);
        }
        var servable = tensorFlow.load(folder);
        if (warmUp) {
            try {
                int run = WarmUp.run(servable, folder);
                if (run > 0) {
                    log.accept(id + " is warm: " + run + " requests of its own were run");
                }
            } catch (RuntimeException e) {
                servable.close();
                throw e;
            }
        }
        return servable;
    }
}
