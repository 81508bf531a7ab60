package dev.serin.conformance.differential.client;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/// One plain connection: sends, then reads as many lines as are asked for, or to the end.
final class TcpClient {
    private TcpClient() {}

    static List<Outcome> ask(Ask ask, int port) throws IOException {
        try (var socket = Sockets.open(ask, port)) {
            return List.of(ask(ask, socket));
        }
    }

    private static Outcome ask(Ask ask, Socket socket) throws IOException {
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
        } catch (IOException e) {
            end = "reset";
        }
        return Outcome.of("TCP 0", List.of(), got.toByteArray(), List.of(), end);
    }
}
