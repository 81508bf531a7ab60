package dev.serin.conformance.differential.client;

import dev.serin.conformance.differential.scenario.Http1Message;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;

import javax.net.ssl.SSLException;

/// One HTTP/1.1 connection, octet by octet.
final class Http1Client implements Client {
    private static final int PATIENCE = 10_000;

    private final Socket socket;
    private final InputStream in;
    private final OutputStream out;

    Http1Client(Ask ask, int port) throws IOException {
        socket = Sockets.open(ask, port);
        in = new BufferedInputStream(socket.getInputStream(), 64 * 1024);
        out = socket.getOutputStream();
    }

    @Override
    public List<Outcome> ask(Ask ask) {
        if (socket.isClosed()) {
            return List.of(Outcome.ended("was closed before"));
        }
        var outcomes = new ArrayList<Outcome>();
        // what a proxy answers before it has read everything must be read all the same
        var sending = new Sending(ask);
        var thread = Thread.ofVirtual().start(sending);
        if (ask.reset().isEmpty()) {
            for (var i = 0; i < ask.reads(); i++) {
                var outcome = read(ask);
                outcomes.add(outcome);
                if (socket.isClosed()) {
                    break;
                }
            }
        }
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (!ask.reset().isEmpty()) {
            return List.of(Outcome.ended("reset by us"));
        }
        return outcomes;
    }

    private final class Sending implements Runnable {
        private final Ask ask;

        Sending(Ask ask) {
            this.ask = ask;
        }

        @Override
        public void run() {
            try {
                if (ask.raw().isEmpty()) {
                    request(ask);
                } else {
                    write(ask.raw());
                }
                if (ask.flags().halfClose()) {
                    LockSupport.parkNanos(ask.raw().isEmpty() ? 0 : ask.pause().toNanos());
                    socket.shutdownOutput();
                }
                if (!ask.reset().isEmpty()) {
                    LockSupport.parkNanos(ask.pause().toNanos());
                    socket.setSoLinger(true, 0);
                    socket.close();
                }
            } catch (IOException e) {
                // the reader says how the connection ended
            }
        }
    }

    private void request(Ask ask) throws IOException {
        var head = new StringBuilder();
        head.append(ask.method()).append(' ').append(ask.path()).append(" HTTP/1.1\r\n");
        if (!ask.authority().isEmpty()) {
            head.append("host: ").append(ask.authority()).append("\r\n");
        }
        ask.headers().forEach(h -> field(h, head));
        if (ask.flags().chunked()) {
            head.append("transfer-encoding: chunked\r\n");
        } else if (ask.flags().body()) {
            head.append("content-length: ").append(ask.octets().length).append("\r\n");
        }
        write(head.append("\r\n").toString());
        if (!ask.flags().body() && !ask.flags().chunked() || ask.reset().equals("head")) {
            return;
        }
        var half = ask.octets().length / 2;
        part(ask, 0, half);
        if (ask.reset().equals("body")) {
            return;
        }
        LockSupport.parkNanos(ask.pause().toNanos());
        part(ask, half, ask.octets().length);
        if (ask.flags().chunked()) {
            var last = new StringBuilder("0\r\n");
            ask.trailers().forEach(t -> field(t, last));
            write(last.append("\r\n").toString());
        }
    }

    private static void field(Map.Entry<String, String> field, StringBuilder into) {
        into.append(field.getKey()).append(": ").append(field.getValue()).append("\r\n");
    }

    private void part(Ask ask, int from, int to) throws IOException {
        if (from == to) {
            return;
        }
        if (ask.flags().chunked()) {
            write(Integer.toHexString(to - from) + "\r\n");
        }
        out.write(ask.octets(), from, to - from);
        if (ask.flags().chunked()) {
            write("\r\n");
        }
        out.flush();
    }

    private void write(String text) throws IOException {
        out.write(text.getBytes(StandardCharsets.ISO_8859_1));
        out.flush();
    }

    private Outcome read(Ask ask) {
        var interim = new ArrayList<Map.Entry<String, String>>();
        Http1Message head;
        try {
            head = Http1Message.head(in);
            while (head != null && head.status() < 200 && head.status() != 101) {
                interim.add(Map.entry("interim " + head.status(), head.headers().toString()));
                head = Http1Message.head(in);
            }
        } catch (IOException e) {
            return ended(how(e) + " without an answer");
        }
        if (head == null) {
            return ended("closed without an answer");
        }
        var body = new Http1Message.Body();
        String end;
        try {
            var framing = head.responseFraming(ask.method());
            body.read(in, framing);
            var announced = "close".equalsIgnoreCase(head.first("connection"));
            end = announced || ask.flags().closes() ? end(announced) : "open";
        } catch (IOException e) {
            end = how(e) + " within the body";
            close();
        }
        var outcome = Outcome.of(head, body, end);
        if (ask.tls() != null) {
            outcome.facts().put("tls", Sockets.shown(socket, ask.tls()));
        }
        interim.forEach(i -> outcome.facts().put(i.getKey(), i.getValue()));
        return outcome;
    }

    private Outcome ended(String how) {
        close();
        return Outcome.ended(how);
    }

    /// How the connection ends after everything was read. Where that was announced the client ends
    /// its direction first, as clients do; else a proxy may wait for that for a second. An end that
    /// was announced may be a reset, if octets of the client crossed it: chance, for any proxy.
    private String end(boolean announced) {
        try {
            if (announced) {
                socket.shutdownOutput();
            }
            var more = in.read();
            return more < 0 ? "closed" : "more octets";
        } catch (IOException e) {
            return announced ? "closed" : how(e);
        } finally {
            close();
        }
    }

    private static String how(IOException e) {
        return switch (e) {
            case SocketTimeoutException _ -> "nothing for " + PATIENCE / 1000 + " s";
            case EOFException _ -> "closed";
            case SSLException _ -> "TLS: " + e.getMessage();
            default -> "reset";
        };
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
