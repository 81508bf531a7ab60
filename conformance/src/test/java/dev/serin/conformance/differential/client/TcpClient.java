package dev.serin.conformance.differential.client;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.List;

import javax.net.ssl.SSLException;

/// One connection that carries octets: sends, then reads as many lines as are asked for, or to the
/// end.
final class TcpClient implements Client {
    private final Socket socket;

    TcpClient(Ask ask, int port) throws IOException {
        socket = Sockets.open(ask, port);
    }

    @Override
    public List<Outcome> ask(Ask ask) {
        if (socket.isClosed()) {
            return List.of(Outcome.ended("was closed before"));
        }
        var got = new ByteArrayOutputStream();
        var end = "open";
        try {
            if (ask.flags().body()) {
                socket.getOutputStream().write(ask.octets());
            } else {
                socket.getOutputStream().write(ask.raw().getBytes(StandardCharsets.ISO_8859_1));
            }
            if (ask.flags().halfClose()) {
                socket.shutdownOutput();
            }
            var lines =
                    ask.flags().halfClose() || ask.flags().closes()
                            ? Integer.MAX_VALUE
                            : ask.reads();
            while (lines > 0) {
                var octet = socket.getInputStream().read();
                if (octet < 0) {
                    end = "closed";
                    break;
                }
                got.write(octet);
                if (octet == '\n') {
                    lines--;
                }
            }
            if (!ask.reset().isEmpty()) {
                socket.setSoLinger(true, 0);
                end = "reset by us";
            }
        } catch (SocketTimeoutException e) {
            end = "nothing for 10 s";
        } catch (SSLException e) {
            end = "TLS: " + e.getMessage();
        } catch (IOException e) {
            end = "reset";
        }
        if (!end.equals("open")) {
            close();
        }
        var outcome = Outcome.of("TCP 0", List.of(), got.toByteArray(), List.of(), end);
        if (ask.tls() != null) {
            outcome.facts().put("tls", Sockets.shown(socket, ask.tls()));
        }
        return List.of(outcome);
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
