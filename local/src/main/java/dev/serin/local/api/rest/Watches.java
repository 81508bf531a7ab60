package dev.serin.local.api.rest;

import dev.serin.base.time.Ticker;
import dev.serin.config.Resource;
import dev.serin.local.api.Refusal;
import dev.serin.local.api.kind.ServedKind;
import dev.serin.local.api.wire.Exchange;
import dev.serin.local.api.wire.WebSocket;
import dev.serin.local.store.Change;
import dev.serin.local.store.Store;
import dev.serin.local.store.StoreWatch;
import dev.serin.local.store.TooOldException;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.node.ObjectNode;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/// Watches, over HTTP as one JSON document a line, or over WebSocket as one a frame.
final class Watches {
    private static final Duration LONGEST = Duration.ofMinutes(30);
    private static final Duration BOOKMARKS = Duration.ofSeconds(30);

    /// So much is written at once when several changes wait.
    private static final int PIECE = 64 << 10;

    private final Store store;
    private final Ticker ticker;
    private final Told told = new Told();

    Watches(Store store, Ticker ticker) {
        this.store = store;
        this.ticker = ticker;
    }

    /// Where events go.
    private interface Line {
        /// Takes an event as a line of JSON; it goes out at the next flush or before.
        void send(byte[] event) throws IOException, InterruptedException;

        /// What was sent is with the network when this returns.
        void flush() throws IOException, InterruptedException;

        void end() throws IOException, InterruptedException;
    }

    /// Runs until the time is over or the client has gone.
    ///
    /// @param namespace empty for all
    void run(
            Exchange exchange,
            ServedKind stored,
            String namespace,
            Lists.Filter filter,
            Views views)
            throws IOException, InterruptedException {
        var request = exchange.request();
        var from = request.parameter("resourceVersion");
        // Asked for first: a wrong number is refused before the answer begins.
        Lists.checkOptions(request, true);
        var after = Lists.revision(from);
        var line = open(exchange);
        var families = Set.of(stored.kind().family());
        var initial = after == 0 || request.isTrue("sendInitialEvents");
        StoreWatch watch;
        List<Resource> first = List.of();
        try {
            if (initial) {
                var started = store.start(families);
                watch = started.watch();
                first = started.listing().resources();
            } else {
                watch = store.watch(families, after);
            }
        } catch (TooOldException e) {
            line.send(Json.line(views.event("ERROR", expired(e))));
            line.end();
            return;
        }
        try (watch) {
            for (var resource : first) {
                if (isIn(resource, namespace) && filter.matches(resource)) {
                    line.send(Json.line(views.event("ADDED", views.one(resource))));
                }
            }
            var bookmarks = request.isTrue("allowWatchBookmarks");
            if (request.isTrue("sendInitialEvents") && bookmarks) {
                line.send(Json.line(views.bookmark(watch.caughtUpTo(), true)));
            }
            line.flush();
            follow(watch, line, new Scope(namespace, filter), views, bookmarks, length(exchange));
        }
    }

    /// Of what nobody stores: tells what there is, and ends when something that it is made from
    /// changes, so that the client lists again.
    ///
    /// @param from the family that it is made from
    void made(Exchange exchange, String from, List<Resource> all, Views views)
            throws IOException, InterruptedException {
        var request = exchange.request();
        Lists.checkOptions(request, true);
        var initial = request.isTrue("sendInitialEvents");
        var after = Lists.revision(request.parameter("resourceVersion"));
        var line = open(exchange);
        try (var watch = store.start(Set.of(from)).watch()) {
            for (var resource : initial || after == 0 ? all : List.<Resource>of()) {
                line.send(Json.line(views.event("ADDED", views.one(resource))));
            }
            if (initial && request.isTrue("allowWatchBookmarks")) {
                line.send(Json.line(views.bookmark(watch.caughtUpTo(), true)));
            }
            line.flush();
            watch.next(length(exchange));
        } catch (TooOldException e) {
            // As a change: the client lists again.
        }
        line.end();
    }

    /// Which changes are told.
    private record Scope(String namespace, Lists.Filter filter) {
        boolean has(@Nullable Resource resource) {
            return resource != null && isIn(resource, namespace) && filter.matches(resource);
        }
    }

    private void follow(
            StoreWatch watch,
            Line line,
            Scope scope,
            Views views,
            boolean bookmarks,
            Duration length)
            throws IOException, InterruptedException {
        var end = ticker.nanos() + length.toNanos();
        try {
            while (true) {
                var left = Duration.ofNanos(end - ticker.nanos());
                if (left.isNegative() || left.isZero()) {
                    break;
                }
                var change = watch.next(left.compareTo(BOOKMARKS) < 0 ? left : BOOKMARKS);
                if (change != null) {
                    // Those of one commit come together, and go out together.
                    for (var next = change; next != null; next = watch.ready()) {
                        tell(next, line, scope, views);
                    }
                } else if (bookmarks) {
                    line.send(Json.line(views.bookmark(watch.caughtUpTo(), false)));
                }
                line.flush();
            }
        } catch (TooOldException e) {
            line.send(Json.line(views.event("ERROR", expired(e))));
        }
        line.end();
    }

    /// A resource that begins or ends to match is added or deleted for this watcher.
    private void tell(Change change, Line line, Scope scope, Views views)
            throws IOException, InterruptedException {
        var was = scope.has(change.before());
        var is = scope.has(change.after());
        if (is) {
            var after = Objects.requireNonNull(change.after());
            line.send(told.line(change.revision(), was ? "MODIFIED" : "ADDED", after, views));
        } else if (was) {
            line.send(told.line(change.revision(), "DELETED", change.last(), views));
        }
    }

    private static boolean isIn(Resource resource, String namespace) {
        return namespace.isEmpty() || resource.namespace().equals(namespace);
    }

    private static Duration length(Exchange exchange) {
        var seconds = exchange.request().parameter("timeoutSeconds");
        if (seconds.isEmpty()
                || !seconds.chars().allMatch(Character::isDigit)
                || seconds.length() > 6) {
            return LONGEST;
        }
        var asked = Duration.ofSeconds(Integer.parseInt(seconds));
        return asked.isZero() ? LONGEST : asked;
    }

    private static ObjectNode expired(TooOldException e) {
        return Statuses.of(new Refusal(410, "Expired", String.valueOf(e.getMessage())));
    }

    private static Line open(Exchange exchange) throws IOException, InterruptedException {
        if (exchange.request().wantsWebSocket()) {
            return new Frames(exchange.webSocket(""));
        }
        exchange.begin(200, "application/json");
        return new Pieces(exchange);
    }

    /// One event a frame, without the end of its line.
    private record Frames(WebSocket socket) implements Line {
        @Override
        public void send(byte[] event) throws IOException, InterruptedException {
            socket.text(new String(event, 0, event.length - 1, StandardCharsets.UTF_8));
        }

        @Override
        public void flush() {}

        @Override
        public void end() throws IOException, InterruptedException {
            socket.close();
        }
    }

    /// Pieces of a body that hold one line or several.
    private static final class Pieces implements Line {
        private final Exchange exchange;
        private final ByteArrayOutputStream waiting = new ByteArrayOutputStream();

        Pieces(Exchange exchange) {
            this.exchange = exchange;
        }

        @Override
        public void send(byte[] event) throws IOException, InterruptedException {
            waiting.writeBytes(event);
            if (waiting.size() >= PIECE) {
                flush();
            }
        }

        @Override
        public void flush() throws IOException, InterruptedException {
            if (waiting.size() > 0) {
                var piece = waiting.toByteArray();
                waiting.reset();
                exchange.write(piece);
            }
        }

        @Override
        public void end() throws IOException, InterruptedException {
            flush();
            exchange.end();
        }
    }
}
