package dev.serin.conformance.recorded;

import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// Asks for a WebSocket, and leaves when the answer's head is there: what comes after it is held to
/// the record by the clients themselves, elsewhere.
final class Upgrades {
    private Upgrades() {}

    static void send(String url, Exchange each, Map<String, String> versions) {
        var to = URI.create(url);
        var fields = new ArrayList<>(List.of("Host: " + to.getAuthority()));
        each.headers().forEach((name, value) -> fields.add(name + ": " + value));
        if (!each.headers().containsKey("Sec-Websocket-Key")) {
            fields.add("Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==");
        }
        try (var socket = new Socket(to.getHost(), to.getPort())) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream()
                    .write(
                            new Head(
                                            "GET "
                                                    + Versions.fill(each.path(), versions)
                                                    + " HTTP/1.1",
                                            fields)
                                    .octets());
            Head.read(socket.getInputStream());
        } catch (IOException _) {
            // No answer: the comparison tells.
        }
    }
}
