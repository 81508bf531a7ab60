package dev.serin.conformance.differential.upstream;

import dev.serin.conformance.differential.scenario.Tree;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;

/// A port that nobody listens on, held so that nobody else may.
final class RefusedUpstream extends Upstream {
    private final Socket socket = new Socket();

    RefusedUpstream(String name, Tree tree) {
        super(name, tree);
        try {
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public int port() {
        return socket.getLocalPort();
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
