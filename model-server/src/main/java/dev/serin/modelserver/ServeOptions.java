package dev.serin.modelserver;

import dev.serin.base.net.HostPort;
import dev.serin.modelserver.source.ModelConfig;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/// What a model server shall do, from flags or made by hand. Immutable.
///
/// @param cache the folder for unpacked natives
/// @param poll how often to look for new versions; zero looks once
/// @param threadsInOperation and
/// @param threadsBetweenOperations of TensorFlow's sessions
public record ServeOptions(
        HostPort rest,
        List<ModelConfig> models,
        Path cache,
        Duration poll,
        Loading loading,
        Sessions sessions,
        int requestThreads) {
    /// How versions are loaded.
    public record Loading(int threads, int retries, Duration retryInterval, boolean warmUp) {}

    /// How TensorFlow runs them.
    public record Sessions(
            List<String> tags, int threadsInOperation, int threadsBetweenOperations) {}
}
