import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/// Requests at a steady rate, whether or not the earlier ones were answered, each once.
final class Load implements AutoCloseable {
    private static final Duration LONGEST = Duration.ofSeconds(5);

    private final HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(LONGEST).build();
    private final HttpRequest request;
    private final long interval;
    private final Thread sender;
    private final TreeMap<String, Integer> why = new TreeMap<>();
    private volatile boolean ended;
    private long marked;
    private long sent;
    private long failed;
    private long lastFailure;
    private int inARow;

    Load(String url, String body, int rate) {
        this.request = HttpRequest.newBuilder(URI.create(url)).timeout(LONGEST).POST(HttpRequest.BodyPublishers.ofString(body)).build();
        this.interval = TimeUnit.SECONDS.toNanos(1) / rate;
        this.sender = Thread.ofPlatform().name("load").daemon().unstarted(this::send);
    }

    void start() {
        sender.start();
    }

    private void send() {
        var due = System.nanoTime();
        while (!ended) {
            var early = due - System.nanoTime();
            if (early > 0) {
                try {
                    TimeUnit.NANOSECONDS.sleep(early);
                } catch (InterruptedException e) {
                    return;
                }
            }
            due += interval;
            sent();
            client.sendAsync(request, HttpResponse.BodyHandlers.ofString()).whenComplete((answer, failure) -> {
                if (failure == null && answer.statusCode() == 200) {
                    succeeded();
                } else {
                    failed(failure == null ? "status " + answer.statusCode() : reason(failure));
                }
            });
        }
    }

    private static String reason(Throwable failure) {
        var cause = failure.getCause() == null ? failure : failure.getCause();
        return cause.getClass().getSimpleName();
    }

    private synchronized void sent() {
        sent++;
    }

    private synchronized void succeeded() {
        inARow++;
    }

    private synchronized void failed(String reason) {
        inARow = 0;
        failed++;
        lastFailure = System.nanoTime();
        why.merge(reason, 1, Integer::sum);
    }

    /// What follows is counted from here on.
    synchronized void mark() {
        marked = System.nanoTime();
        lastFailure = marked;
        sent = 0;
        failed = 0;
        inARow = 0;
        why.clear();
    }

    synchronized int successesInARow() {
        return inARow;
    }

    synchronized double lastFailureAfterMark() {
        return (lastFailure - marked) / 1e9;
    }

    synchronized long failedSinceMark() {
        return failed;
    }

    synchronized long sentSinceMark() {
        return sent;
    }

    synchronized String whySinceMark() {
        return String.join(", ", why.entrySet().stream().map(e -> e.getValue() + " × " + e.getKey()).toList());
    }

    @Override
    public void close() {
        ended = true;
        sender.interrupt();
    }
}
