package dev.serin.local.api;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.OutputStream;

/// What the containers of pods have printed. Any thread.
public interface PodLogs {
    /// Writes a container's log to `out` as lines of text and returns when there is no more; with
    /// `follow` that is when the container ends. What is flushed is seen by the reader. When the
    /// reader goes away, the calling thread is interrupted and `out` throws.
    ///
    /// @throws Refusal 400 before anything was written, in Kubernetes' words, when there is nothing
    ///   to read: `previous terminated container "a" in pod "p" not found`, `container "a" in pod
    ///   "p" is waiting to start: …`
    void stream(String namespace, String pod, String container, Wanted wanted, OutputStream out)
            throws IOException;

    /// Which part of the log.
    ///
    /// @param tailLines null for all
    /// @param previous of the container's run before this one
    /// @param sinceSeconds null for all
    /// @param timestamps put before each line
    /// @param limitBytes null for all
    record Wanted(
            boolean follow,
            @Nullable Integer tailLines,
            boolean previous,
            @Nullable Integer sinceSeconds,
            boolean timestamps,
            @Nullable Long limitBytes) {}

    /// No log of any pod.
    PodLogs NONE =
            (_, pod, container, _, _) -> {
                throw Refusal.badRequest(
                        "container \""
                                + container
                                + "\" in pod \""
                                + pod
                                + "\" is waiting to start: ContainerCreating");
            };
}
