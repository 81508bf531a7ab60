package dev.serin.base.broker;

import dev.serin.base.ProblemException;

import org.jspecify.annotations.Nullable;

import java.util.ArrayDeque;
import java.util.List;

/// Sockets of one network namespace, from the broker. Those towards hosts are kept ready, so that a
/// new connection does not wait for another process: more of them the faster they are taken. What
/// is given out takes the place of a file that the caller has open (dup3). Safe for any thread.
public final class SocketPool implements AutoCloseable {
    private static final int FIRST = 4;

    private final BrokerLink link;
    private final String namespace;
    private final Stock v4 = new Stock(false);
    private final Stock v6 = new Stock(true);

    SocketPool(BrokerLink link, String namespace) {
        this.link = link;
        this.namespace = namespace;
    }

    /// Turns the open file `fd` into a socket towards a host: made in the namespace, marked,
    /// non-blocking. Options that were set on `fd` are not its own.
    ///
    /// @throws ProblemException if the broker has none
    public void becomeClient(int fd, boolean wantsV6) {
        PassedSocket.become((wantsV6 ? v6 : v4).take(), fd);
    }

    /// Turns the open file `fd` into a socket that can be listened on.
    ///
    /// @throws ProblemException if the broker has none
    public void becomeServer(int fd, boolean wantsV6) {
        PassedSocket.become(one(SocketRequest.Kind.SERVER, wantsV6), fd);
    }

    /// Turns the open file `fd` into a datagram socket.
    ///
    /// @throws ProblemException if the broker has none
    public void becomeDatagram(int fd, boolean wantsV6) {
        PassedSocket.become(one(SocketRequest.Kind.DATAGRAM, wantsV6), fd);
    }

    private int one(SocketRequest.Kind kind, boolean wantsV6) {
        return link.ask(new SocketRequest(kind, wantsV6, 1, namespace)).getFirst();
    }

    /// Closes those that nobody took; none is given any more.
    @Override
    public void close() {
        v4.close();
        v6.close();
    }

    /// Sockets towards hosts, of one family.
    private final class Stock {
        private final boolean wantsV6;
        private final ArrayDeque<Integer> ready = new ArrayDeque<>();
        private int wanted = FIRST;
        private boolean asked;
        private boolean closed;

        Stock(boolean wantsV6) {
            this.wantsV6 = wantsV6;
        }

        int take() {
            synchronized (this) {
                if (closed) {
                    throw new IllegalStateException("the sockets of " + namespace + " are closed");
                }
                var first = ready.poll();
                if (ready.size() <= wanted / 2 && !asked) {
                    if (first == null) {
                        // They go faster than they come.
                        wanted = Math.min(2 * wanted, SocketRequest.MOST);
                    }
                    asked = true;
                    link.later(request(wanted)).whenComplete((made, _) -> came(made));
                }
                if (first != null) {
                    return first;
                }
            }
            return link.ask(request(1)).getFirst();
        }

        private SocketRequest request(int count) {
            return new SocketRequest(SocketRequest.Kind.CLIENT, wantsV6, count, namespace);
        }

        // None if there is no broker: whoever needs one asks himself, and is told why not.
        private synchronized void came(@Nullable List<Integer> made) {
            asked = false;
            if (made == null) {
                return;
            }
            for (int fd : made) {
                if (closed) {
                    Libc.close(fd);
                } else {
                    ready.add(fd);
                }
            }
        }

        synchronized void close() {
            closed = true;
            ready.forEach(Libc::close);
            ready.clear();
        }
    }
}
