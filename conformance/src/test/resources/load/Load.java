import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/// Sends one POST many times and says how often it was answered with what. Runs as it stands, `java
/// Load.java`, so that a pod can run it too: `--url U --body FILE --count N [--connections C]
/// [--header 'name: value'] [--seconds S] [--rate PER_SECOND]`. Prints `ANSWER count
/// millis-of-first millis-of-last body` a distinct answer and then `DONE sent`; a failed request
/// counts as the answer `failed: reason`. Ends at the count or the seconds, whichever is first.
void main(String[] args) throws Exception {
    var options = new TreeMap<String, String>();
    for (var i = 0; i + 1 < args.length; i += 2) {
        options.put(args[i], args[i + 1]);
    }
    var count = Integer.parseInt(options.getOrDefault("--count", "1000"));
    var connections = Integer.parseInt(options.getOrDefault("--connections", "4"));
    var rate = Double.parseDouble(options.getOrDefault("--rate", "0"));
    var start = System.nanoTime();
    var end =
            start
                    + Duration.ofSeconds(Long.parseLong(options.getOrDefault("--seconds", "300")))
                            .toNanos();
    var builder =
            HttpRequest.newBuilder(URI.create(options.get("--url")))
                    .version(HttpClient.Version.HTTP_1_1)
                    .timeout(Duration.ofSeconds(30))
                    .POST(
                            HttpRequest.BodyPublishers.ofByteArray(
                                    Files.readAllBytes(Path.of(options.get("--body")))));
    var header = options.get("--header");
    if (header != null) {
        builder.header(
                header.substring(0, header.indexOf(':')),
                header.substring(header.indexOf(':') + 1).strip());
    }
    var request = builder.build();
    var answers = new TreeMap<String, long[]>();
    var sent = new AtomicInteger();
    // Lets whoever watches put its own moments on this clock.
    System.out.println("START " + System.currentTimeMillis());
    try (var pool = Executors.newFixedThreadPool(connections)) {
        for (var c = 0; c < connections; c++) {
            pool.submit(() -> {
                // One client a thread: one kept-alive connection each.
                try (var client =
                        HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build()) {
                    for (var n = sent.getAndIncrement();
                            n < count && System.nanoTime() < end;
                            n = sent.getAndIncrement()) {
                        if (rate > 0) {
                            var due = start + (long) (n * 1e9 / rate);
                            while (System.nanoTime() < due) {
                                LockSupport.parkNanos(due - System.nanoTime());
                            }
                        }
                        note(answers, answer(client, request), start);
                    }
                }
                return null;
            });
        }
    }
    var total = 0L;
    for (Map.Entry<String, long[]> answer : answers.entrySet()) {
        var seen = answer.getValue();
        total += seen[0];
        System.out.println(
                "ANSWER " + seen[0] + " " + seen[1] + " " + seen[2] + " " + answer.getKey());
    }
    System.out.println("DONE " + total);
}

String answer(HttpClient client, HttpRequest request) throws InterruptedException {
    try {
        var response = client.send(request, HttpResponse.BodyHandlers.ofString());
        return response.statusCode() + " " + response.body().replaceAll("\\s+", "");
    } catch (java.io.IOException e) {
        return "failed: " + e;
    }
}

void note(Map<String, long[]> answers, String answer, long start) {
    var millis = (System.nanoTime() - start) / 1_000_000;
    synchronized (answers) {
        var seen = answers.computeIfAbsent(answer, _ -> new long[] {0, millis, millis});
        seen[0]++;
        seen[2] = millis;
    }
}
