package dev.serin.conformance.istio;

import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/// What a host answers to one GET on a connection of its own.
record Answer(String head, String body) {
    static Answer to(Socket socket, String host, String path, String... headers)
            throws IOException {
        socket.setSoTimeout(10_000);
        var lines = headers.length == 0 ? "" : String.join("\r\n", headers) + "\r\n";
        var request =
                "GET "
                        + path
                        + " HTTP/1.1\r\nhost: "
                        + host
                        + "\r\n"
                        + lines
                        + "connection: close\r\n\r\n";
        socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
        socket.getOutputStream().flush();
        var all = new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
        var end = all.indexOf("\r\n\r\n");
        if (end < 0) {
            throw new IOException("no answer to " + path + ": '" + all + "'");
        }
        var answer = new Answer(all.substring(0, end), all.substring(end + 4));
        return answer.header("transfer-encoding").equals("chunked") ? answer.joined() : answer;
    }

    int status() {
        return Integer.parseInt(head.substring(9, 12));
    }

    /// The value of a header, or nothing.
    String header(String name) {
        for (var line : head.split("\r\n")) {
            if (line.toLowerCase(Locale.ROOT).startsWith(name + ": ")) {
                return line.substring(name.length() + 2);
            }
        }
        return "";
    }

    private Answer joined() {
        var whole = new StringBuilder();
        var at = 0;
        while (true) {
            var end = body.indexOf("\r\n", at);
            var size = Integer.parseInt(body.substring(at, end), 16);
            if (size == 0) {
                return new Answer(head, whole.toString());
            }
            whole.append(body, end + 2, end + 2 + size);
            at = end + 4 + size;
        }
    }
}
