package dev.serin.conformance.differential.upstream;

import dev.serin.conformance.differential.scenario.Http1Message;
import dev.serin.conformance.differential.scenario.Texts;
import dev.serin.conformance.differential.scenario.Tree;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/// An HTTP/1.1 server, octet by octet.
final class Http1Upstream extends SocketUpstream {
    Http1Upstream(String name, Tree tree) {
        super(name, tree);
    }

    @Override
    void serve(Wire wire, Pass pass, int number) throws IOException {
        while (true) {
            var head = Http1Message.head(wire.in());
            if (head == null) {
                return;
            }
            pass.open.incrementAndGet();
            var more = false;
            try {
                more = exchange(wire, pass, number, head);
            } finally {
                pass.open.decrementAndGet();
            }
            if (!more) {
                return;
            }
        }
    }

    private boolean exchange(Wire wire, Pass pass, int number, Http1Message head)
            throws IOException {
        var answer = next(pass);
        var upgrade = answer.status() == 101;
        if (answer.reset().equals("request")) {
            remember(pass, number, head, new byte[0], List.of(), "reset by us");
            wire.reset();
            return false;
        }
        if (!answer.flags().early() && "100-continue".equals(head.first("expect"))) {
            write(wire, "HTTP/1.1 100 Continue\r\n\r\n");
        }
        if (answer.flags().early()) {
            answer(wire, answer, head);
            return rest(wire, pass, number, head) && !answer.flags().close();
        }
        if (upgrade) {
            remember(pass, number, head, new byte[0], List.of(), "upgraded");
            answer(wire, answer, head);
            wire.in().transferTo(wire.out());
            return false;
        }
        if (!rest(wire, pass, number, head)) {
            return false;
        }
        if (answer.flags().stall()) {
            // until the proxy gives up
            wire.in().read();
            return false;
        }
        return answer(wire, answer, head) && !answer.flags().close();
    }

    /// Reads the request's body and remembers it; whether it came to its end.
    private static boolean rest(Wire wire, Pass pass, int number, Http1Message head)
            throws IOException {
        var reading = new Http1Message.Body();
        try {
            reading.read(wire.in(), head.requestFraming());
        } catch (IOException e) {
            remember(pass, number, head, reading.octets(), List.of(), "broken off");
            return false;
        }
        remember(pass, number, head, reading.octets(), reading.trailers(), "complete");
        return true;
    }

    private static void remember(
            Pass pass,
            int number,
            Http1Message head,
            byte[] body,
            List<java.util.Map.Entry<String, String>> trailers,
            String end) {
        pass.add(
                new Received(
                        head.start(), head.headers(), Texts.shown(body), trailers, end, number));
    }

    /// Whether the connection may go on.
    private static boolean answer(Wire wire, Answer answer, Http1Message request)
            throws IOException {
        pause(answer.delay());
        if (!answer.raw().isEmpty()) {
            write(wire, answer.raw());
            return !answer.flags().close();
        }
        for (var status : answer.informational()) {
            write(wire, "HTTP/1.1 " + status + " Informational\r\nx-hint: " + status + "\r\n\r\n");
        }
        var bodiless =
                request.start().startsWith("HEAD ")
                        || answer.status() == 204
                        || answer.status() == 304
                        || answer.status() == 101;
        var head = new StringBuilder("HTTP/1.1 " + answer.status() + " Status\r\n");
        answer.headers()
                .forEach(h ->
                        head.append(h.getKey()).append(": ").append(h.getValue()).append("\r\n"));
        if (answer.flags().chunked()) {
            head.append("transfer-encoding: chunked\r\n");
        } else if (answer.status() != 204 && answer.status() != 101) {
            head.append("content-length: ").append(answer.octets().length).append("\r\n");
        }
        if (answer.flags().close()) {
            head.append("connection: close\r\n");
        }
        write(wire, head.append("\r\n").toString());
        if (answer.reset().equals("head")) {
            wire.reset();
            return false;
        }
        if (!bodiless) {
            var half = answer.octets().length / 2;
            part(wire, answer, 0, half);
            if (answer.reset().equals("body")) {
                pause(java.time.Duration.ofMillis(50));
                wire.reset();
                return false;
            }
            pause(answer.pause());
            part(wire, answer, half, answer.octets().length);
            if (answer.flags().chunked()) {
                var last = new StringBuilder("0\r\n");
                answer.trailers()
                        .forEach(t ->
                                last.append(t.getKey())
                                        .append(": ")
                                        .append(t.getValue())
                                        .append("\r\n"));
                write(wire, last.append("\r\n").toString());
            }
        }
        return true;
    }

    private static void part(Wire wire, Answer answer, int from, int to) throws IOException {
        if (from == to) {
            return;
        }
        if (answer.flags().chunked()) {
            write(wire, Integer.toHexString(to - from) + "\r\n");
        }
        wire.out().write(answer.octets(), from, to - from);
        if (answer.flags().chunked()) {
            write(wire, "\r\n");
        }
        wire.out().flush();
    }

    private static void write(Wire wire, String text) throws IOException {
        wire.out().write(text.getBytes(StandardCharsets.ISO_8859_1));
        wire.out().flush();
    }
}
