package dev.serin.cli.mesh;

import dev.serin.local.api.PodStreams;

import java.io.IOException;
import java.nio.channels.SocketChannel;

/// `kubectl exec` and `port-forward`: what the API asks, answered by the node, which is made after
/// it.
final class ContainerStreams implements PodStreams {
    private volatile PodStreams node = PodStreams.NONE;

    void use(PodStreams made) {
        node = made;
    }

    @Override
    public Session exec(String namespace, String pod, String container, Wanted wanted)
            throws IOException {
        return node.exec(namespace, pod, container, wanted);
    }

    @Override
    public SocketChannel connect(String namespace, String pod, int port) throws IOException {
        return node.connect(namespace, pod, port);
    }
}
