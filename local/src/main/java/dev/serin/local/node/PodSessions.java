package dev.serin.local.node;

import dev.serin.base.net.NetworkNamespace;
import dev.serin.config.ResourceKey;
import dev.serin.local.api.PodStreams;
import dev.serin.local.api.Refusal;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/// Commands in this node's containers, and connections to their ports.
final class PodSessions implements PodStreams {
    private final Function<ResourceKey, @Nullable Pod> pods;

    /// @param pods those that run here
    PodSessions(Function<ResourceKey, @Nullable Pod> pods) {
        this.pods = pods;
    }

    @Override
    public Session exec(String namespace, String pod, String container, Wanted wanted)
            throws IOException {
        var running = pods.apply(new ResourceKey("pods", namespace, pod));
        var way = running == null ? null : running.entry(container).join();
        if (way == null) {
            throw PodStreams.notRunning(container);
        }
        return ContainerCommand.start(way, wanted);
    }

    @Override
    public SocketChannel connect(String namespace, String pod, int port) throws IOException {
        var running = pods.apply(new ResourceKey("pods", namespace, pod));
        var network = running == null ? null : running.network().join();
        if (network == null) {
            throw Refusal.fault(
                    "unable to forward port because pod is not running. Current status=Pending");
        }
        try (var inside = new NetworkNamespace(network)) {
            var failures = new ArrayList<IOException>();
            for (var address : List.of("127.0.0.1", "::1")) {
                var socket = inside.call(SocketChannel::open);
                try {
                    socket.connect(new InetSocketAddress(InetAddress.ofLiteral(address), port));
                    return socket;
                } catch (IOException e) {
                    socket.close();
                    failures.add(e);
                }
            }
            throw failures.getFirst();
        }
    }
}
