package dev.serin.conformance.recorded;

import com.sun.net.httpserver.HttpServer;

import dev.serin.local.api.PodLogs;
import dev.serin.local.api.PodStreams;
import dev.serin.local.api.ProcessSession;
import dev.serin.local.api.Refusal;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/// The containers of a play: commands run on this machine, ports 8080 to 8082 are answered by a web
/// server as the recorded image had, and the logs are those of the record. Any thread.
final class Machine implements PodStreams, PodLogs, AutoCloseable {
    private static final Pattern LINE = Pattern.compile("line (\\d+) from ");

    private final HttpServer web;
    private final Transcript transcript;

    Machine(Transcript transcript) throws IOException {
        this.transcript = transcript;
        this.web = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        web.createContext(
                "/",
                exchange -> {
                    var found = exchange.getRequestURI().getPath().equals("/");
                    var text =
                            found
                                    ? "hello\n"
                                    : """
                                    <HTML><HEAD><TITLE>404 Not Found</TITLE></HEAD>
                                    <BODY><H1>404 Not Found</H1>
                                    The requested URL was not found
                                    </BODY></HTML>
                                    """;
                    exchange.sendResponseHeaders(found ? 200 : 404, text.length());
                    exchange.getResponseBody().write(text.getBytes(StandardCharsets.UTF_8));
                    exchange.close();
                });
        web.start();
    }

    @Override
    public void close() {
        web.stop(0);
    }

    @Override
    public SocketChannel connect(String namespace, String pod, int port) throws IOException {
        if (port < 8080 || port > 8082) {
            throw new IOException("nothing listens on port " + port);
        }
        return SocketChannel.open(web.getAddress());
    }

    @Override
    public Session exec(String namespace, String pod, String container, PodStreams.Wanted wanted)
            throws IOException {
        var command =
                wanted.command().equals(List.of("hostname"))
                        ? List.of("echo", pod)
                        : wanted.command();
        if (command.getFirst().equals("nocmd")) {
            throw Refusal.fault("no such file or directory: " + command.getFirst());
        }
        var process =
                wanted.tty()
                        ? new ProcessBuilder(
                                        "script",
                                        "-qec",
                                        String.join(" ", quoted(command)),
                                        "/dev/null")
                                .start()
                        : new ProcessBuilder(command).start();
        return new Running(process);
    }

    private static List<String> quoted(List<String> words) {
        return words.stream().map(w -> "'" + w.replace("'", "'\\''") + "'").toList();
    }

    private record Running(Process process) implements ProcessSession {}

    @Override
    public void stream(
            String namespace, String pod, String container, PodLogs.Wanted wanted, OutputStream out)
            throws IOException {
        if (wanted.previous()) {
            throw Refusal.badRequest(
                    "previous terminated container \"%s\" in pod \"%s\" not found"
                            .formatted(container, pod));
        }
        for (var exchange : transcript.exchanges()) {
            var address = exchange.address();
            if (!address.part().equals("log")
                    || !address.name().equals(pod)
                    || !address.query().getOrDefault("container", container).equals(container)) {
                continue;
            }
            if (exchange.status() == 400) {
                throw Refusal.badRequest(
                        exchange.response() == null
                                ? ""
                                : exchange.response().path("message").asString(""));
            }
            print(text(exchange), pod, wanted, out);
            break;
        }
        out.flush();
        while (wanted.follow() && transcript.interrupted() > 0) {
            try {
                TimeUnit.SECONDS.sleep(60);
            } catch (InterruptedException _) {
                return;
            }
        }
    }

    private static String text(Exchange exchange) {
        var response = exchange.response();
        return response == null
                ? exchange.stream().stream()
                        .map(line -> line.asString(""))
                        .collect(java.util.stream.Collectors.joining())
                : response.asString("");
    }

    /// The whole log, of which the record has a part, and then the part that is asked for.
    private static void print(String recorded, String pod, PodLogs.Wanted wanted, OutputStream out)
            throws IOException {
        var lines = recorded.lines().toList();
        var found = LINE.matcher(recorded);
        var last = 0;
        while (found.find()) {
            last = Integer.parseInt(found.group(1));
        }
        if (last > 0 && wanted.limitBytes() == null) {
            lines =
                    java.util.stream.IntStream.rangeClosed(1, last)
                            .mapToObj(i -> "line " + i + " from " + pod)
                            .toList();
        }
        var tail = wanted.tailLines();
        if (tail != null) {
            lines = lines.subList(Math.max(0, lines.size() - tail), lines.size());
        } else if (wanted.sinceSeconds() != null) {
            lines = lines.subList(lines.size() - (int) recorded.lines().count(), lines.size());
        }
        var text = new StringBuilder();
        for (var line : lines) {
            text.append(wanted.timestamps() ? Placeholders.THEN + " " : "")
                    .append(line)
                    .append('\n');
        }
        var octets = text.toString().getBytes(StandardCharsets.UTF_8);
        var limit = wanted.limitBytes();
        out.write(octets, 0, limit == null ? octets.length : (int) Math.min(octets.length, limit));
    }
}
