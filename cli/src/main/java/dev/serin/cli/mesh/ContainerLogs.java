package dev.serin.cli.mesh;

import dev.serin.base.ProblemException;
import dev.serin.base.time.Ticker;
import dev.serin.config.Resource;
import dev.serin.config.ResourceKey;
import dev.serin.local.api.PodLogs;
import dev.serin.local.api.Refusal;
import dev.serin.local.api.ResourceClient;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.MissingNode;

import java.io.IOException;
import java.io.OutputStream;
import java.time.Instant;
import java.util.List;

/// `kubectl logs`: what the API asks, answered from the node's files.
final class ContainerLogs implements PodLogs {
    private final Ticker ticker;
    private volatile @Nullable Source source;

    ContainerLogs(Ticker ticker) {
        this.ticker = ticker;
    }

    private record Source(ResourceClient client, dev.serin.local.node.PodLogs logs) {}

    /// The node is made after the API that reads its logs.
    void use(ResourceClient client, dev.serin.local.node.PodLogs logs) {
        source = new Source(client, logs);
    }

    @Override
    public void stream(
            String namespace, String pod, String container, Wanted wanted, OutputStream out)
            throws IOException {
        var from = source;
        var key = new ResourceKey(Kinds.POD.family(), namespace, pod);
        var resource = from == null ? null : from.client.get(key);
        if (from == null || resource == null) {
            throw Refusal.notFound(key);
        }
        var since = wanted.sinceSeconds();
        var tail = wanted.tailLines();
        var request =
                new dev.serin.local.node.PodLogs.Request(
                        resource.uid(),
                        container,
                        wanted.follow(),
                        tail == null ? -1 : tail,
                        wanted.previous(),
                        wanted.timestamps(),
                        since == null ? Instant.EPOCH : ticker.now().minusSeconds(since));
        var limit = wanted.limitBytes();
        var to = limit == null ? out : new Limited(out, limit);
        try {
            from.logs.stream(request, to, () -> hasEnded(from.client, resource, container));
        } catch (ProblemException e) {
            throw Refusal.badRequest(
                    wanted.previous()
                            ? "previous terminated container \"%s\" in pod \"%s\" not found"
                                    .formatted(container, pod)
                            : "container \"%s\" in pod \"%s\" is waiting to start: ContainerCreating"
                                    .formatted(container, pod));
        }
    }

    // Its log ends with a run: the next one has its own.
    private static boolean hasEnded(ResourceClient client, Resource pod, String container) {
        var now = client.get(pod.key());
        if (now == null || !now.uid().equals(pod.uid())) {
            return true;
        }
        var before = status(pod, container).path("containerID").asString("");
        var status = status(now, container);
        return status.path("state").has("terminated")
                || !before.isEmpty() && !before.equals(status.path("containerID").asString(""));
    }

    private static JsonNode status(Resource pod, String container) {
        for (var list : List.of("containerStatuses", "initContainerStatuses")) {
            for (var status : pod.status().path(list)) {
                if (status.path("name").asString("").equals(container)) {
                    return status;
                }
            }
        }
        return MissingNode.getInstance();
    }

    /// Lets so many bytes through and swallows the rest.
    private static final class Limited extends java.io.FilterOutputStream {
        private long left;

        Limited(OutputStream out, long limit) {
            super(out);
            this.left = limit;
        }

        @Override
        public void write(int b) throws IOException {
            if (left > 0) {
                left--;
                out.write(b);
            }
        }

        @Override
        public void write(byte[] bytes, int from, int length) throws IOException {
            var some = (int) Math.min(left, length);
            left -= some;
            out.write(bytes, from, some);
        }
    }
}
