package dev.serin.base.broker;

import dev.serin.base.Problem;
import dev.serin.base.ProblemException;
import dev.serin.base.flow.Owner;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.locks.LockSupport;

/// A process's connection to the socket broker, made when it is first needed and again when the
/// broker was replaced. Requests go one after the other, on a thread of their own. Safe for any
/// thread.
public final class BrokerLink implements AutoCloseable {
    private static final int SECONDS = 5;
    // Until a broker that died has a successor.
    private static final int TRIES = 300;
    private static final Duration PAUSE = Duration.ofMillis(10);

    private final Path socket;
    private final Owner owner = new Owner("socket-broker", _ -> {});
    private @Nullable Messages connection;
    private int tries = TRIES;

    /// @param socket of the broker
    public BrokerLink(Path socket) {
        this.socket = socket;
    }

    /// The sockets of a network namespace.
    ///
    /// @param namespace its name, empty for this process's own
    public SocketPool pool(String namespace) {
        return new SocketPool(this, namespace);
    }

    /// The sockets' file descriptors, which then belong to the caller. Blocks for some hundred
    /// microseconds, or until a broker that died has a successor.
    ///
    /// @throws ProblemException if there is no broker, or it may not
    List<Integer> ask(SocketRequest request) {
        try {
            return later(request).join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof ProblemException refused) {
                throw refused;
            }
            throw e;
        }
    }

    CompletableFuture<List<Integer>> later(SocketRequest request) {
        return owner.call(() -> exchange(request));
    }

    private List<Integer> exchange(SocketRequest request) {
        String failure = "";
        for (int i = 0; i < tries; i++) {
            try {
                var to = connection;
                if (to == null) {
                    to = Messages.connect(socket, SECONDS);
                    connection = to;
                }
                send(to, request);
                var answer = to.receive();
                if (answer.text().isEmpty()) {
                    throw new IOException("it closed the connection");
                }
                if (!answer.text().equals(SocketBroker.DONE)) {
                    throw refused(request, answer.text());
                }
                tries = TRIES;
                return answer.files();
            } catch (IOException e) {
                failure = String.valueOf(e.getMessage());
                disconnect();
                LockSupport.parkNanos(PAUSE.toNanos());
            }
        }
        // It was waited for long enough: whoever asks next is not to wait as well.
        tries = 1;
        throw refused(request, "no broker answers at " + socket + " (" + failure + ")");
    }

    // Whoever names no namespace shows its own: nobody can show another's.
    private static void send(Messages to, SocketRequest request) throws IOException {
        if (!request.namespace().isEmpty()) {
            to.send(request.encode());
            return;
        }
        int own = Libc.open(Messages.OWN.toString(), 0x80000);
        try {
            to.send(request.encode(), own);
        } finally {
            Libc.close(own);
        }
    }

    private static ProblemException refused(SocketRequest request, String found) {
        return new ProblemException(
                new Problem(
                        "sockets of network namespace '" + request.namespace() + "'",
                        found,
                        "a socket from the socket broker",
                        null));
    }

    private void disconnect() {
        if (connection != null) {
            connection.close();
            connection = null;
        }
    }

    @Override
    public void close() {
        owner.execute(this::disconnect);
        owner.close();
    }
}
