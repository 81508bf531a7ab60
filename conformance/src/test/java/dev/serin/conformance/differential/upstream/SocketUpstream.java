package dev.serin.conformance.differential.upstream;

import dev.serin.conformance.differential.scenario.Tls;
import dev.serin.conformance.differential.scenario.Tree;

import io.netty.handler.ssl.JdkSslContext;

import org.jspecify.annotations.Nullable;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SSLSocket;

/// A server that reads and writes octets, a virtual thread a connection.
abstract class SocketUpstream extends Upstream {
    private final ServerSocket server;
    private final @Nullable Tls tls;
    private final @Nullable JdkSslContext context;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();

    SocketUpstream(String name, Tree tree) {
        super(name, tree);
        tls = tree.has("tls") ? Tls.of(tree.under("tls"), "server") : null;
        context = tls == null ? null : (JdkSslContext) tls.server();
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

    private void run(Socket plain, Pass pass, int number) {
        try (var socket = secured(plain)) {
            plain.setTcpNoDelay(true);
            if (socket instanceof SSLSocket secured) {
                pass.add(handshake(secured, number));
            }
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
            open.remove(plain);
        }
    }

    private Socket secured(Socket plain) throws IOException {
        if (tls == null || context == null) {
            return plain;
        }
        var socket =
                (SSLSocket)
                        context.context()
                                .getSocketFactory()
                                .createSocket(plain, InputStream.nullInputStream(), true);
        socket.setUseClientMode(false);
        socket.setWantClientAuth(true);
        if (!tls.alpn().isEmpty()) {
            var parameters = socket.getSSLParameters();
            parameters.setApplicationProtocols(tls.alpn().toArray(String[]::new));
            socket.setSSLParameters(parameters);
        }
        socket.startHandshake();
        return socket;
    }

    private static Received handshake(SSLSocket socket, int number) {
        var names =
                socket.getSession() instanceof ExtendedSSLSession session
                        ? session.getRequestedServerNames().toString()
                        : "";
        return new Received(
                "TLS " + Tls.peer(socket.getSession()),
                List.of(
                        Map.entry("names", names),
                        Map.entry("alpn", socket.getApplicationProtocol())),
                "",
                List.of(),
                "complete",
                number);
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
