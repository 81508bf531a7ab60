package dev.serin.conformance.differential.upstream;

import dev.serin.conformance.differential.scenario.Tree;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// A server that reads and writes octets, a virtual thread a connection.
abstract class SocketUpstream extends Upstream {
    private final ServerSocket server;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();

    SocketUpstream(String name, Tree tree) {
        super(name, tree);
        try {
            server = new ServerSocket(0, 500, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        Thread.ofVirtual().start(this::accept);
    }

    /// Serves one connection to its end.
    abstract void serve(Wire wire, Pass pass, int number) throws IOException;

    @Override
    public int port() {
        return server.getLocalPort();
    }

    private void accept() {
        while (true) {
            try {
                var socket = server.accept();
                var pass = pass();
                var number = pass.connections.incrementAndGet();
                open.add(socket);
                Thread.ofVirtual().start(() -> run(socket, pass, number));
            } catch (IOException e) {
                return;
            }
        }
    }

    private void run(Socket socket, Pass pass, int number) {
        try (socket) {
            socket.setTcpNoDelay(true);
            serve(
                    new Wire(
                            socket,
                            new BufferedInputStream(socket.getInputStream(), 64 * 1024),
                            socket.getOutputStream()),
                    pass,
                    number);
        } catch (IOException e) {
            // the proxy went away; what was read until then is remembered
        } finally {
            open.remove(socket);
        }
    }

    @Override
    public void close() {
        try {
            server.close();
            for (var socket : open) {
                socket.close();
            }
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /// A connection.
    record Wire(Socket socket, InputStream in, OutputStream out) {
        /// Ends it with a TCP reset.
        void reset() throws IOException {
            socket.setSoLinger(true, 0);
            socket.close();
        }
    }
}
