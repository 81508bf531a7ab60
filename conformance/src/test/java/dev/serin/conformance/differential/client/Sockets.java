package dev.serin.conformance.differential.client;

import dev.serin.conformance.differential.scenario.Tls;

import io.netty.handler.ssl.JdkSslContext;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;

import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLSocket;

/// Blocking sockets to a proxy, with or without TLS.
final class Sockets {
    private Sockets() {}

    /// @throws javax.net.ssl.SSLException if there is a handshake and it fails
    static Socket open(Ask ask, int port) throws IOException {
        var plain = new Socket(InetAddress.getLoopbackAddress(), port);
        plain.setTcpNoDelay(true);
        plain.setSoTimeout(10_000);
        if (!ask.preamble().isEmpty()) {
            plain.getOutputStream().write(ask.preamble().getBytes(StandardCharsets.ISO_8859_1));
            plain.getOutputStream().flush();
        }
        var tls = ask.tls();
        return tls == null ? plain : secured(plain, tls, port);
    }

    private static Socket secured(Socket plain, Tls tls, int port) throws IOException {
        var context = ((JdkSslContext) tls.client()).context();
        var socket =
                (SSLSocket) context.getSocketFactory().createSocket(plain, "127.0.0.1", port, true);
        var parameters = socket.getSSLParameters();
        if (!tls.sni().isEmpty()) {
            parameters.setServerNames(List.of(new SNIHostName(tls.sni())));
        }
        if (!tls.alpn().isEmpty()) {
            parameters.setApplicationProtocols(tls.alpn().toArray(String[]::new));
        }
        if (!tls.version().isEmpty()) {
            parameters.setProtocols(new String[] {tls.version()});
        }
        socket.setSSLParameters(parameters);
        socket.startHandshake();
        return socket;
    }

    /// Version, peer and protocol, for a report; empty without TLS.
    static String shown(Socket socket) {
        return socket instanceof SSLSocket secured
                ? Tls.peer(secured.getSession()) + " alpn=" + secured.getApplicationProtocol()
                : "";
    }
}
