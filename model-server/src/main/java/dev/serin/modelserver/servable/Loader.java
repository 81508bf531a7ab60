package dev.serin.modelserver.servable;

import dev.serin.base.ProblemException;
import dev.serin.inference.ServingException;

import java.nio.file.Path;

/// Makes a model version from its files, warmed up and ready to answer. Runs on a loader thread and
/// may take as long as it needs.
public interface Loader {
    /// @throws ServingException or
    /// @throws ProblemException if the version cannot be loaded, saying why
    Servable load(ServableId id, Path folder);
}
