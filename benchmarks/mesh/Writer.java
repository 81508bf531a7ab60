import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/// Writes one ConfigMap after the other, a few dozen a second, and remembers which were acknowledged.
final class Writer implements AutoCloseable {
    private final Api api;
    private final List<String> acknowledged = new ArrayList<>();
    private final Thread thread = Thread.ofPlatform().name("writer").daemon().unstarted(this::write);
    private volatile boolean ended;

    Writer(Api api) {
        this.api = api;
    }

    void start() {
        thread.start();
    }

    private void write() {
        for (var i = 0; !ended; i++) {
            var name = "written-" + i;
            try {
                if (api.create(name)) {
                    acknowledged(name);
                }
                TimeUnit.MILLISECONDS.sleep(20);
            } catch (IOException e) {
                // Not acknowledged: it may be there or not.
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    private synchronized void acknowledged(String name) {
        acknowledged.add(name);
    }

    synchronized int acknowledged() {
        return acknowledged.size();
    }

    /// Those that were acknowledged and are not there.
    synchronized List<String> lost() throws IOException {
        Set<String> there = api.names();
        return acknowledged.stream().filter(n -> !there.contains(n)).toList();
    }

    @Override
    public void close() throws InterruptedException {
        ended = true;
        thread.join();
    }
}
