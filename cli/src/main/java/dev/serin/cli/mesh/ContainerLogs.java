package dev.serin.cli.mesh;

import dev.serin.base.ProblemException;
import dev.serin.base.time.Ticker;
import dev.serin.config.Resource;
import dev.serin.config.ResourceKey;
import dev.serin.local.api.PodLogs;
import dev.serin.local.api.Refusal;
import dev.serin.local.api.ResourceClient;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.time.Instant;
import java.util.function.BooleanSupplier;

/// `kubectl logs`: what the API asks, answered from the node's files.
final class ContainerLogs implements PodLogs {
    private static final int BUFFER = 64 * 1024;

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
    public InputStream open(String namespace, String pod, String container, Wanted wanted)
            throws IOException {
        var from = source;
        var resource =
                from == null
                        ? null
                        : from.client.get(new ResourceKey(Kinds.POD.family(), namespace, pod));
        if (from == null || resource == null) {
            throw Refusal.notFound(new ResourceKey(Kinds.POD.family(), namespace, pod));
        }
        var request =
                new dev.serin.local.node.PodLogs.Request(
                        resource.uid(),
                        container,
                        wanted.follow(),
                        wanted.tailLines() == null ? -1 : wanted.tailLines(),
                        wanted.previous(),
                        wanted.timestamps(),
                        wanted.sinceSeconds() == null
                                ? Instant.EPOCH
                                : ticker.now().minusSeconds(wanted.sinceSeconds()));
        var read = new PipedInputStream(BUFFER);
        var write = new PipedOutputStream(read);
        Thread.ofVirtual()
                .name("logs-" + pod)
                .start(() ->
                        copy(from.logs, request, write, () -> hasEnded(from.client, resource)));
        return read;
    }

    private static void copy(
            dev.serin.local.node.PodLogs logs,
            dev.serin.local.node.PodLogs.Request request,
            OutputStream to,
            BooleanSupplier ended) {
        try (to) {
            logs.stream(request, to, ended);
        } catch (IOException | ProblemException e) {
            // The reader has gone, or there is nothing to read: its stream ends here.
        }
    }

    private static boolean hasEnded(ResourceClient client, Resource pod) {
        var now = client.get(pod.key());
        return now == null || !now.uid().equals(pod.uid());
    }
}
