package dev.serin.conformance.differential.upstream;

import dev.serin.conformance.differential.scenario.Tree;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/// A server behind the proxies. Each pass begins with a fresh memory and with the first answer of
/// its script.
public abstract class Upstream implements AutoCloseable {
    private final String name;
    private final List<Answer> answers;
    private volatile Pass pass = new Pass();

    Upstream(String name, Tree tree) {
        this.name = name;
        var script =
                new ArrayList<>(
                        tree.trees("answers").stream().map(t -> Answer.of(name, t)).toList());
        if (script.isEmpty()) {
            script.add(Answer.of(name, tree.under("answer")));
        }
        this.answers = List.copyOf(script);
    }

    /// The server that a scenario describes.
    public static Upstream of(String name, Tree tree) {
        tree.only("protocol", "answer", "answers", "tls", "streams");
        return switch (tree.text("protocol", "http1")) {
            case "http1" -> new Http1Upstream(name, tree);
            case "http2" -> new Http2Upstream(name, tree);
            case "tcp" -> new TcpUpstream(name, tree);
            case "refused" -> new RefusedUpstream(name, tree);
            default -> throw new IllegalArgumentException(tree.where() + ": unknown protocol");
        };
    }

    public String name() {
        return name;
    }

    public abstract int port();

    /// Forgets what it has received and starts its script anew.
    public Pass begin() {
        pass = new Pass();
        return pass;
    }

    Pass pass() {
        return pass;
    }

    /// The next answer of the script; the last one again when it has ended.
    Answer next(Pass of) {
        return answers.get(Math.min(of.asked.getAndIncrement(), answers.size() - 1));
    }

    static void pause(Duration time) {
        if (!time.isZero()) {
            LockSupport.parkNanos(time.toNanos());
        }
    }

    @Override
    public abstract void close();

    /// What a server saw of one proxy in one pass.
    public static final class Pass {
        private final AtomicInteger asked = new AtomicInteger();
        final AtomicInteger connections = new AtomicInteger();
        final AtomicInteger open = new AtomicInteger();
        private final List<Received> received = new CopyOnWriteArrayList<>();

        void add(Received one) {
            received.add(one);
        }

        public List<Received> received() {
            return List.copyOf(received);
        }

        /// Requests that are neither answered nor broken off.
        public int open() {
            return open.get();
        }

        public int connections() {
            return connections.get();
        }
    }
}
