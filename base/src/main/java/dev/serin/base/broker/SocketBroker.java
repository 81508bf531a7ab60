package dev.serin.base.broker;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.serin.base.ProblemException;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/// Makes sockets inside network namespaces, marks those towards hosts, and hands them to its
/// clients, who need no right for what they do with them. It keeps nothing: one that died is
/// replaced by another. A platform thread a client, which is moved from namespace to namespace.
public final class SocketBroker implements AutoCloseable {
    /// The answer with the sockets; any other says why there are none.
    static final String DONE = "done";

    private static final int INET = 2;
    private static final int INET6 = 10;
    private static final int STREAM = 1;
    private static final int DATAGRAM = 2;
    // Close on exec, and never blocking.
    private static final int FLAGS = 0x80800;
    private static final int SOL_SOCKET = 1;
    private static final int SO_MARK = 36;
    private static final int IPV6 = 41;
    private static final int V6ONLY = 26;
    private static final int CLONE_NEWNET = 0x40000000;
    private static final int O_RDONLY_CLOEXEC = 0x80000;

    private final Terms terms;
    private final Consumer<String> note;
    private final int listening;
    private final Set<Messages> clients = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    /// @param socket where it listens
    /// @param namespaces the folder that the names in requests are of
    /// @param mark SO_MARK of sockets towards hosts, 0 for none
    /// @param named whether clients may name a namespace, and none means the broker's own; else
    ///   each gets sockets of its own, which it shows open
    public record Terms(Path socket, Path namespaces, int mark, boolean named) {}

    /// Listens from now on; who may connect is said by the socket's file.
    ///
    /// @param note told what went wrong with a client
    public SocketBroker(Terms terms, Consumer<String> note) throws IOException {
        this.terms = terms;
        this.note = note;
        Files.deleteIfExists(terms.socket);
        this.listening = Messages.listen(terms.socket);
        Thread.ofPlatform().daemon(true).name("socket-broker").start(this::accept);
    }

    private void accept() {
        while (!closed) {
            try {
                var client = Messages.accept(listening);
                clients.add(client);
                Thread.ofPlatform().daemon(true).name("socket-client").start(() -> serve(client));
            } catch (IOException e) {
                if (!closed) {
                    note.accept("socket broker: " + e.getMessage());
                }
            }
        }
    }

    private void serve(Messages client) {
        try (client) {
            new Client(client).serve();
        } catch (IOException e) {
            if (!closed) {
                note.accept("a client of the socket broker: " + e.getMessage());
            }
        } finally {
            clients.remove(client);
        }
    }

    /// One connection, on its thread.
    private final class Client {
        private final Messages messages;
        private boolean moved;

        Client(Messages messages) {
            this.messages = messages;
        }

        void serve() throws IOException {
            for (var asked = messages.receive();
                    !asked.text().isEmpty() && !closed;
                    asked = messages.receive()) {
                answer(asked);
            }
        }

        private void answer(Messages.Received asked) throws IOException {
            var made = new int[0];
            try {
                var request = SocketRequest.decode(asked.text());
                made = new int[request.count()];
                enter(request.namespace(), asked.files());
                for (int i = 0; i < made.length; i++) {
                    made[i] = make(request);
                }
                messages.send(DONE, made);
            } catch (Libc.Errno | ProblemException e) {
                messages.send(String.valueOf(e.getMessage()));
            } finally {
                for (int fd : made) {
                    if (fd > 0) {
                        Libc.close(fd);
                    }
                }
                asked.files().forEach(Libc::close);
            }
        }

        // Opened anew each time: a namespace that is kept open would outlive its pod.
        private void enter(String name, List<Integer> own) throws Libc.Errno {
            if (!terms.named) {
                if (!name.isEmpty() || own.size() != 1) {
                    throw new Libc.Errno("naming the namespace '" + name + "'", 1);
                }
                Libc.enter(own.getFirst(), CLONE_NEWNET);
                return;
            }
            if (name.isEmpty() && !moved) {
                return;
            }
            var path = name.isEmpty() ? Messages.OWN : terms.namespaces.resolve(name);
            int namespace = Libc.open(path.toString(), O_RDONLY_CLOEXEC);
            try {
                Libc.enter(namespace, CLONE_NEWNET);
                moved = true;
            } finally {
                Libc.close(namespace);
            }
        }
    }

    private int make(SocketRequest request) throws Libc.Errno {
        var datagram = request.kind() == SocketRequest.Kind.DATAGRAM;
        int fd = Libc.socket(request.v6() ? INET6 : INET, (datagram ? DATAGRAM : STREAM) | FLAGS);
        try {
            if (request.v6()) {
                set(fd, IPV6, V6ONLY, 0);
            }
            if (request.kind() == SocketRequest.Kind.CLIENT && terms.mark != 0) {
                set(fd, SOL_SOCKET, SO_MARK, terms.mark);
            }
            return fd;
        } catch (Libc.Errno e) {
            Libc.close(fd);
            throw e;
        }
    }

    private static void set(int fd, int level, int option, int value) throws Libc.Errno {
        try (var arena = Arena.ofConfined()) {
            Libc.setOption(fd, level, option, arena.allocateFrom(JAVA_INT, value));
        }
    }

    /// Listens no more, and serves nobody.
    @Override
    public void close() {
        closed = true;
        Libc.shutdown(listening);
        clients.forEach(client -> Libc.shutdown(client.fd()));
        Libc.close(listening);
        try {
            Files.deleteIfExists(terms.socket);
        } catch (IOException _) {
            // The next one replaces it.
        }
    }
}
