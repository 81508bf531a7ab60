package dev.serin.conformance.differential.client;

import dev.serin.conformance.differential.scenario.Tls;

import io.netty.handler.ssl.JdkSslContext;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;

/// Blocking sockets to a proxy, with or without TLS.
final class Sockets {
    private static final long BETWEEN = 3_000_000;

    private Sockets() {}

    /// @throws javax.net.ssl.SSLException if there is a handshake and it fails
    static Socket open(Ask ask, int port) throws IOException {
        var tls = ask.tls();
        var plain = tls != null && tls.split() > 0 ? new Dripping(tls.split()) : new Socket();
        if (!ask.from().isEmpty()) {
            plain.bind(new InetSocketAddress(InetAddress.ofLiteral(ask.from()), 0));
        }
        plain.connect(new InetSocketAddress(InetAddress.ofLiteral(ask.to()), port), 5_000);
        plain.setTcpNoDelay(true);
        plain.setSoTimeout(10_000);
        if (!ask.preamble().isEmpty()) {
            plain.getOutputStream().write(ask.preamble().getBytes(StandardCharsets.ISO_8859_1));
            plain.getOutputStream().flush();
        }
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
        if (!tls.ciphers().isEmpty()) {
            parameters.setCipherSuites(tls.ciphers().toArray(String[]::new));
        }
        if (!tls.groups().isEmpty()) {
            parameters.setNamedGroups(tls.groups().toArray(String[]::new));
        }
        socket.setSSLParameters(parameters);
        try {
            socket.startHandshake();
        } catch (SSLException e) {
            throw e;
        } catch (IOException e) {
            throw new SSLException("ended in the handshake", e);
        }
        return socket;
    }

    /// Version, peer and protocol, for a report; with what the scenario is about beside it. Empty
    /// without TLS.
    static String shown(Socket socket, Tls tls) {
        if (!(socket instanceof SSLSocket secured)) {
            return "";
        }
        var session = secured.getSession();
        return Tls.peer(session)
                + " alpn="
                + secured.getApplicationProtocol()
                + (tls.ciphers().isEmpty() ? "" : " cipher=" + session.getCipherSuite())
                + (tls.resume().isEmpty() ? "" : " resumed=" + tls.resumed(session));
    }

    /// Sends few octets at a time, with a pause after each few.
    private static final class Dripping extends Socket {
        private final int most;

        Dripping(int most) {
            this.most = most;
        }

        @Override
        public OutputStream getOutputStream() throws IOException {
            var out = super.getOutputStream();
            return new OutputStream() {
                @Override
                public void write(int octet) throws IOException {
                    out.write(octet);
                }

                @Override
                public void write(byte[] octets, int from, int length) throws IOException {
                    for (var at = from; at < from + length; at += most) {
                        out.write(octets, at, Math.min(most, from + length - at));
                        out.flush();
                        LockSupport.parkNanos(BETWEEN);
                    }
                }
            };
        }
    }
}
