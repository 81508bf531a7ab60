package dev.serin.local.api;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.InputStream;

/// What the containers of pods have printed. Any thread.
public interface PodLogs {
    /// A container's log as lines of text; the reader closes it. With `follow` it ends when the
    /// container does. A read that waits ends when its (virtual) thread is interrupted.
    ///
    /// @throws Refusal 400 in Kubernetes' words when there is nothing to read: `previous terminated
    ///   container "a" in pod "p" not found`, `container "a" in pod "p" is waiting to start: …`
    InputStream open(String namespace, String pod, String container, Wanted wanted)
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
            (namespace, pod, container, _) -> {
                throw Refusal.badRequest(
                        "container \""
                                + container
                                + "\" in pod \""
                                + pod
                                + "\" is waiting to start: ContainerCreating");
            };
}
