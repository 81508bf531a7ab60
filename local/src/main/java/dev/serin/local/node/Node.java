package dev.serin.local.node;

import dev.serin.base.flow.Owner;
import dev.serin.base.time.Ticker;
import dev.serin.base.time.Timers;
import dev.serin.config.Resource;
import dev.serin.config.ResourceKey;
import dev.serin.config.ResourceKind;
import dev.serin.config.source.ConfigSource;
import dev.serin.local.api.PodStreams;
import dev.serin.local.api.ResourceClient;
import dev.serin.local.capture.PacketFilter;
import dev.serin.local.host.Programs;
import dev.serin.local.image.Images;
import dev.serin.local.node.sandbox.Addresses;
import dev.serin.local.node.sandbox.HostRoot;
import dev.serin.local.node.sandbox.Network;
import dev.serin.local.node.usage.Cgroups;
import dev.serin.local.node.usage.Metering;

import org.jspecify.annotations.Nullable;

import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/// The kubelet of this machine: runs the pods whose `spec.nodeName` is its own, each on a thread of
/// its own, until their resources are gone. To be made inside the mesh's namespaces, after
/// [dev.serin.local.host.Namespaces#build].
public final class Node implements AutoCloseable {
    private static final ResourceKind POD = new ResourceKind("", "v1", "Pod", "pods", true);
    private static final ResourceKind CONFIG_MAP =
            new ResourceKind("", "v1", "ConfigMap", "configmaps", true);
    private static final ResourceKind SECRET =
            new ResourceKind("", "v1", "Secret", "secrets", true);
    private static final Duration TOKENS = Duration.ofMinutes(2);

    private final Parts parts;
    private final Owner owner;
    private final Addresses addresses = new Addresses();
    private final Network network;
    private final Map<String, Pod> pods = new HashMap<>();
    private final Map<ResourceKey, String> uids = new HashMap<>();
    private ConfigSource.@Nullable Watch watch;
    private Timers.@Nullable Timer refresh;
    private @Nullable HostRoot root;
    private boolean closed;

    /// What a node is made of.
    ///
    /// @param hostIP what pods are told as their node's address
    /// @param folder on disk, for volumes and logs of pods; emptied at the start
    /// @param run a folder for mount points, in the mesh's private `/run`
    /// @param rootless whether this is root of a user namespace only
    /// @param blocking runs what waits for a process or a socket, a thread each
    /// @param cgroups null where this user may make none: nothing limits pods then
    /// @param farewell waited for before the containers of a deleted pod are asked to end
    /// @param log told what went wrong and concerns no single pod's owner
    public record Parts(
            String nodeName,
            String hostIP,
            Path folder,
            Path run,
            boolean rootless,
            int cores,
            ResourceClient client,
            Images images,
            TokenSource tokens,
            PacketFilter filter,
            SidecarHost sidecars,
            Programs programs,
            Ticker ticker,
            Timers timers,
            Executor blocking,
            Metering metering,
            @Nullable Cgroups cgroups,
            Farewell farewell,
            Consumer<String> log) {}

    public Node(Parts parts) {
        this.parts = parts;
        this.network = new Network(parts.programs());
        this.owner = new Owner("node", failure -> parts.log().accept("node: " + failure));
    }

    /// Begins to watch pods; those that are there are started. Returns at once.
    public void start() {
        owner.execute(() -> {
            // Whatever was here died with the mesh before.
            Volumes.delete(parts.folder());
            root = HostRoot.read();
            watch = parts.client().watch(Set.of(POD, CONFIG_MAP, SECRET), new Watching());
            refresh = parts.timers().every(TOKENS, () -> owner.execute(this::refresh));
        });
    }

    /// What the pods' containers printed.
    public PodLogs logs() {
        return new PodLogs(parts.folder());
    }

    /// Commands in the pods' containers, and their ports.
    public PodStreams streams() {
        return new PodSessions(this::pod);
    }

    private @Nullable Pod pod(ResourceKey key) {
        return owner.call(
                        () -> {
                            var uid = uids.get(key);
                            return Optional.ofNullable(uid == null ? null : pods.get(uid));
                        })
                .join()
                .orElse(null);
    }

    /// Ends all containers within `grace`, leaving the pods' resources as they are, and returns
    /// when that is done.
    public void stop(Duration grace) {
        var all =
                owner.call(
                                () -> {
                                    closed = true;
                                    if (watch != null) {
                                        watch.close();
                                    }
                                    if (refresh != null) {
                                        refresh.cancel();
                                    }
                                    return pods.values().stream()
                                            .map(pod -> pod.stop(grace))
                                            .toList();
                                })
                        .join();
        CompletableFuture.allOf(all.toArray(CompletableFuture[]::new))
                .completeOnTimeout(null, grace.toSeconds() + 5, TimeUnit.SECONDS)
                .join();
        if (parts.cgroups() != null) {
            parts.cgroups().clear();
        }
        owner.close();
    }

    /// Ends all containers at once.
    @Override
    public void close() {
        stop(Duration.ZERO);
    }

    private void changed(Resource pod) {
        var known = pods.get(pod.uid());
        var before = uids.get(pod.key());
        if (before != null && !before.equals(pod.uid())) {
            // Deleted by force and made again under the same name.
            removed(pod.key());
        }
        if (known != null) {
            known.changed(pod);
            return;
        }
        var phase = pod.status().path("phase").asString("");
        if (closed
                || root == null
                || !pod.spec().path("nodeName").asString("").equals(parts.nodeName())
                || phase.equals("Succeeded")
                || phase.equals("Failed")) {
            if (pod.metadata().has("deletionTimestamp")
                    && pod.spec().path("nodeName").asString("").equals(parts.nodeName())) {
                parts.client().delete(pod.key(), 0);
            }
            return;
        }
        var uid = pod.uid();
        var made =
                new Pod(
                        parts,
                        pod,
                        addresses,
                        network,
                        root,
                        () -> owner.execute(() -> pods.remove(uid)));
        pods.put(uid, made);
        uids.put(pod.key(), uid);
        made.start();
        if (pod.metadata().has("deletionTimestamp")) {
            made.changed(pod);
        }
    }

    private void removed(ResourceKey key) {
        var uid = uids.remove(key);
        var pod = uid == null ? null : pods.get(uid);
        if (pod != null) {
            pod.removed();
        }
    }

    private void refresh() {
        List.copyOf(pods.values()).forEach(Pod::refresh);
    }

    /// Hands each change to the node's thread.
    private final class Watching implements ConfigSource.Watcher {
        private boolean synced;

        @Override
        public void changed(Resource resource) {
            if (resource.kind().kind().equals("Pod")) {
                owner.execute(() -> Node.this.changed(resource));
            } else if (synced) {
                owner.execute(Node.this::refresh);
            }
        }

        @Override
        public void removed(ResourceKey key) {
            if (key.family().equals(POD.family())) {
                owner.execute(() -> Node.this.removed(key));
            }
        }

        @Override
        public void synced() {
            synced = true;
        }
    }
}
