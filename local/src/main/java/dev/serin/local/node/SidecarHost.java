package dev.serin.local.node;

import dev.serin.local.node.usage.Source;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/// Where the proxies of pods run: one process for all of them, or one a pod. The node starts a
/// pod's `istio-proxy` container here instead of as a process of its own.
public interface SidecarHost {
    /// The exit code of proxies whose process has died with all that are in it.
    int KILLED = 137;

    /// Starts a proxy; returns once the order is given. What the proxy prints goes to its log file.
    Running start(Sidecar sidecar);

    /// A proxy to be started, as its container asks for it.
    ///
    /// @param id unique, for instance `default/pod-name`
    /// @param networkNamespace of the pod, `/run/netns/…`
    /// @param args of the container, for instance `proxy sidecar --domain
    ///   default.svc.cluster.local`
    /// @param files where the paths that the container sees (tokens, certificates, pod labels) are
    ///   on this machine
    /// @param log what `kubectl logs -c istio-proxy` prints
    record Sidecar(
            String id,
            Path networkNamespace,
            List<String> args,
            Map<String, String> environment,
            Map<String, Path> files,
            Path log) {}

    /// A proxy that was started.
    interface Running {
        /// Completes with the exit code when it has ended, by itself or by [#stop].
        CompletableFuture<Integer> ended();

        /// Where what it uses of the machine can be read.
        default Source source() {
            return new Source.Unknown();
        }

        /// Drains, then ends within `grace`.
        void stop(Duration grace);
    }
}
