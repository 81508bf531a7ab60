package dev.serin.conformance.recorded;

import dev.serin.conformance.kubernetes.Lines;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// Plays one transcript and says what differs from the record, one line each.
final class Play {
    private static final Set<String> UNSENT =
            Set.of("connection", "upgrade", "http2-settings", "host", "content-length");

    private final Server.Authority authority;
    private final Front front;
    private final Shell shell;
    private final Path folder;

    Play(Server.Authority authority, Front front, Shell shell, Path folder) {
        this.authority = authority;
        this.front = front;
        this.shell = shell;
        this.folder = folder;
    }

    List<String> differences(Transcript transcript, World world)
            throws IOException, InterruptedException {
        var placeholders = new Placeholders(transcript, authority.root());
        try (var machine = new Machine(transcript);
                var hook = new Hook(authority, transcript);
                var server =
                        new Server(
                                authority,
                                Files.createTempDirectory(
                                        folder, "state-" + transcript.number() + "-"),
                                hook.reached(world.before(transcript)),
                                machine)) {
            var others = new Others(transcript, placeholders, server::client);
            front.stand(
                    new Front.Side(
                            authority.sockets(),
                            server.port(),
                            Server.TOKEN,
                            transcript.user(),
                            transcript.variant(),
                            others));
            var found = new ArrayList<String>();
            try {
                if (transcript.isRequests()) {
                    send(transcript, placeholders);
                } else {
                    compare(transcript, shell.run(transcript, server.port()), found);
                }
                others.settle(false);
            } finally {
                front.stand(null);
            }
            others.settle(true);
            others.pairs().forEach(pair -> compare(pair, found));
            return found;
        }
    }

    private static void compare(Transcript transcript, Outcome outcome, List<String> found) {
        var exit = outcome.exit().equals("interrupted") && transcript.exit().equals("-2");
        if (!exit && !outcome.exit().equals(transcript.exit())) {
            found.add("exit: recorded " + transcript.exit() + ", played " + outcome.exit());
        }
        texts("stdout", transcript.out(), outcome.out(), found);
        texts("stderr", transcript.err(), outcome.err(), found);
    }

    private static void texts(String which, String recorded, String played, List<String> found) {
        if (which.equals("stdout") && documents(recorded, played)) {
            // What a server answered is compared where it was answered.
            return;
        }
        var cut = recorded.lastIndexOf("…(+");
        if (cut >= 0) {
            var start = Outcome.normal(recorded.substring(0, cut));
            var size = start.length() * 9 / 10;
            if (!Outcome.normal(played).startsWith(start.substring(0, size))) {
                found.add(
                        which + " does not begin as the " + size + " characters that are recorded");
            }
            return;
        }
        Lines.difference(Outcome.normal(recorded), Outcome.normal(played))
                .lines()
                .filter(line -> !line.startsWith("  "))
                .forEach(line -> found.add(which + " " + line));
    }

    /// Whether both are documents as a server answers them, alone or one a line.
    private static boolean documents(String recorded, String played) {
        return recorded.startsWith("{\"") && played.startsWith("{\"")
                || recorded.startsWith("{\n  \"kind\"") && played.startsWith("{\"");
    }

    private static void compare(Others.Pair pair, List<String> found) {
        var recorded = pair.recorded();
        var played = pair.played();
        if (recorded == null) {
            found.add("asked too: " + played);
        } else if (played == null) {
            found.add("not asked: " + recorded);
        } else {
            var place = recorded.key();
            if (recorded.status() != played.status()) {
                found.add(
                        place
                                + " status: recorded "
                                + recorded.status()
                                + ", played "
                                + played.status());
            }
            if (!type(recorded.type()).equals(type(played.type()))) {
                found.add(
                        place + " type: recorded " + recorded.type() + ", played " + played.type());
            }
            if (!recorded.isWatch()) {
                Sameness.differences(recorded.response(), played.response())
                        .forEach(line -> found.add(place + " " + line));
            }
        }
    }

    /// Requests may be answered as JSON, whatever else they would rather have.
    private static String type(String type) {
        return type.startsWith("application/vnd.kubernetes.protobuf")
                ? "application/json"
                : type.replace(" ", "").toLowerCase(Locale.ROOT);
    }

    /// Sends the requests of a client that is no command, one after the other.
    private void send(Transcript transcript, Placeholders placeholders)
            throws InterruptedException {
        Map<String, String> versions = new LinkedHashMap<>();
        try (var client = HttpClient.newHttpClient()) {
            for (var each : transcript.exchanges()) {
                send(client, each, placeholders, versions);
            }
        }
    }

    private void send(
            HttpClient client,
            Exchange each,
            Placeholders placeholders,
            Map<String, String> versions)
            throws InterruptedException {
        if (each.headers().getOrDefault("Upgrade", "").equalsIgnoreCase("websocket")) {
            Upgrades.send(front.url(), each, versions);
            return;
        }
        var body = each.body();
        var text =
                body == null ? "" : Versions.now(placeholders.value("", body).toString(), versions);
        if (body != null && body.isString()) {
            text = body.asString("");
        }
        var request =
                HttpRequest.newBuilder(
                                URI.create(front.url() + Versions.fill(each.path(), versions)))
                        .version(HttpClient.Version.HTTP_1_1)
                        .method(
                                each.method(),
                                text.isEmpty()
                                        ? HttpRequest.BodyPublishers.noBody()
                                        : HttpRequest.BodyPublishers.ofString(
                                                Versions.fill(text, versions)));
        each.headers().entrySet().stream()
                .filter(h -> !UNSENT.contains(h.getKey().toLowerCase(Locale.ROOT)))
                .forEach(h -> request.header(h.getKey(), h.getValue()));
        // The request's own time-out ends with the answer's head, and a watch has no end.
        var seconds = each.isWatch() ? 3 : 15;
        var answer = client.sendAsync(request.build(), HttpResponse.BodyHandlers.ofString());
        try {
            Versions.learn(each.response(), answer.get(seconds, TimeUnit.SECONDS).body(), versions);
        } catch (ExecutionException | TimeoutException _) {
            // Cut off, as the record was: the comparison tells what had come.
            answer.cancel(true);
        }
    }
}
