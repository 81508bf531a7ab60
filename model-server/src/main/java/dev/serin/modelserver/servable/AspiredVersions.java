package dev.serin.modelserver.servable;

import java.nio.file.Path;
import java.util.SortedMap;

/// The versions of a model that a source wants to be available, all of them, which may be none.
public record AspiredVersions(String model, SortedMap<Long, Aspired> versions) {
    /// One of them.
    ///
    /// @param folder holds the version's files
    /// @param fingerprint of the files: a version that failed is tried again once it changes
    public record Aspired(Path folder, long fingerprint) {}
}
