package dev.serin.conformance.recorded;

import dev.serin.config.Resource;
import dev.serin.local.api.Refusal;
import dev.serin.local.api.ResourceClient;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.JsonNode;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/// The kubelet and the controllers of a play, which do what the record shows that they did: status,
/// annotations of revisions, and the end of what is being deleted. It also tells which recorded
/// request each played one is. Any thread.
final class Others implements Front.Told {
    private final List<Exchange> recorded;
    private final boolean[] met;
    private final Placeholders placeholders;
    private final Function<String, ResourceClient> clients;
    private final List<Pair> pairs = new ArrayList<>();
    private int open;
    private int watching;

    /// @param played null for a request that was recorded and not sent
    /// @param recorded null for a request that was sent and not recorded
    record Pair(@Nullable Exchange recorded, @Nullable Exchange played) {}

    /// @param clients of the API, by who writes
    Others(
            Transcript transcript,
            Placeholders placeholders,
            Function<String, ResourceClient> clients) {
        this.recorded =
                transcript.exchanges().stream().filter(e -> e.address().isResource()).toList();
        this.met = new boolean[recorded.size()];
        this.placeholders = placeholders;
        this.clients = clients;
    }

    /// Waits for the answers that are still on their way.
    ///
    /// @param watches for the ends of watches too
    synchronized void settle(boolean watches) throws InterruptedException {
        for (var i = 0; open - (watches ? 0 : watching) > 0 && i < 10; i++) {
            wait(100);
        }
    }

    /// What was recorded beside what was played, in the recorded order; then what is too much.
    @SuppressWarnings("ReferenceEquality") // two may be alike
    synchronized List<Pair> pairs() {
        var all = new ArrayList<Pair>();
        for (var each : recorded) {
            all.add(
                    pairs.stream()
                            .filter(p -> p.recorded() == each)
                            .findFirst()
                            .orElse(new Pair(each, null)));
        }
        pairs.stream().filter(p -> p.recorded() == null).forEach(all::add);
        return all;
    }

    @Override
    public Front.Passing asked(String method, String path, @Nullable JsonNode body) {
        var same = match(method + " " + Address.of(path).normal());
        synchronized (this) {
            open++;
            watching += path.contains("watch=") || path.contains("follow=") ? 1 : 0;
        }
        if (same != null
                && !same.isWatch()
                && !method.equals("DELETE")
                && (same.isRead() || !isOld(same))) {
            catchUp(same);
        }
        return new Front.Passing() {
            @Override
            public void began() {
                if (same != null && same.isWatch() && !same.stream().isEmpty()) {
                    Thread.ofVirtual().start(() -> follow(same));
                }
            }

            @Override
            public void ended(Exchange exchange) {
                synchronized (Others.this) {
                    if (exchange.address().isResource()) {
                        pairs.add(new Pair(same, exchange));
                    }
                    open--;
                    watching -= path.contains("watch=") || path.contains("follow=") ? 1 : 0;
                    Others.this.notifyAll();
                }
            }
        };
    }

    private synchronized @Nullable Exchange match(String key) {
        for (var i = 0; i < met.length; i++) {
            if (!met[i] && recorded.get(i).key().equals(key)) {
                met[i] = true;
                return recorded.get(i);
            }
        }
        return null;
    }

    /// Whether a write was answered with what had been read before, so that nothing had changed.
    @SuppressWarnings("ReferenceEquality") // two may be alike
    private boolean isOld(Exchange write) {
        for (var each : recorded) {
            if (each == write) {
                return false;
            }
            if (!version(each).isEmpty() && version(each).equals(version(write))) {
                return true;
            }
        }
        return false;
    }

    private static String version(Exchange exchange) {
        var response = exchange.response();
        return response == null
                ? ""
                : response.path("metadata").path("resourceVersion").asString("");
    }

    /// What the answer shows that the client itself has not done.
    private void catchUp(Exchange same) {
        try {
            var address = same.address();
            if (same.isRead()
                    && same.status() == 404
                    && !address.name().isEmpty()
                    && address.part().isEmpty()) {
                end(address);
            }
            for (var each : World.whole(same, placeholders)) {
                settle(each);
            }
        } catch (Refusal _) {
            // The API refuses what the recorded one had: the comparison tells.
        }
    }

    /// What a watch showed, one after the other: an informer keeps only the last of what comes at
    /// once.
    private void follow(Exchange same) {
        for (var event : same.stream()) {
            follow(same, event);
            try {
                TimeUnit.MILLISECONDS.sleep(80);
            } catch (InterruptedException _) {
                return;
            }
        }
    }

    private void follow(Exchange same, JsonNode event) {
        var object = event.path("object");
        if (object.path("kind").asString("").equals("Table")
                || event.path("type").asString("").matches("BOOKMARK|ERROR")
                || !object.isObject()) {
            return;
        }
        try {
            var resource = World.resource(same.address(), object, "", placeholders);
            if (event.path("type").asString("").equals("DELETED")) {
                end(Address.of(same.address().plain() + "/" + resource.name()));
            } else {
                settle(resource);
            }
        } catch (Refusal _) {
            // As above.
        }
    }

    private void end(Address address) {
        var client = clients.apply("kubelet");
        var key = address.key(address.namespace(), address.name());
        var there = client.get(key);
        if (there == null || !there.metadata().has("deletionTimestamp")) {
            return;
        }
        if (there.metadata().path("finalizers").size() > 0 || there.spec().has("finalizers")) {
            return;
        }
        client.delete(key, 0);
    }

    private void settle(Resource wanted) {
        var writer = wanted.kind().family().equals("pods") ? "kubelet" : "kube-controller-manager";
        var client = clients.apply(writer);
        var there = client.get(wanted.key());
        if (there == null) {
            return;
        }
        if (wanted.body().has("status") && !wanted.status().equals(there.status())) {
            var body = there.body().deepCopy();
            body.set("status", wanted.status().deepCopy());
            there = client.updateStatus(new Resource(there.kind(), body));
        }
        var revision = wanted.annotations().get("deployment.kubernetes.io/revision");
        if (revision != null
                && !revision.equals(there.annotations().get("deployment.kubernetes.io/revision"))) {
            var body = there.body().deepCopy();
            body.withObject("/metadata/annotations")
                    .put("deployment.kubernetes.io/revision", revision);
            client.update(new Resource(there.kind(), body));
        }
    }
}
