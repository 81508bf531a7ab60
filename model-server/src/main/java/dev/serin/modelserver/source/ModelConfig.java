package dev.serin.modelserver.source;

import java.nio.file.Path;
import java.util.Map;

/// One model that shall be served.
///
/// @param basePath holds a folder for each version, named by its number
/// @param labels names for versions
public record ModelConfig(
        String name, Path basePath, VersionSelection selection, Map<String, Long> labels) {}
