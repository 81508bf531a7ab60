package dev.serin.proxy.tls;

import io.netty.internal.tcnative.SSL;
import io.netty.internal.tcnative.SSLSession;
import io.netty.internal.tcnative.SSLSessionCache;

import org.jspecify.annotations.Nullable;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;

/// Sessions that servers gave a client, to be resumed: the newest first, each of TLS 1.3 once. Any
/// thread.
///
/// A resumed handshake shows no certificate, so a session is offered only where it would be
/// verified by the same names as when it was made.
final class ClientSessions implements SSLSessionCache {
    /// What a connection asks for and is verified by.
    ///
    /// @param serverName that the server is asked for; empty for none
    /// @param verifiedName that its certificate must have beyond what is configured
    record Names(String serverName, @Nullable String verifiedName) {}

    private record Kept(Names names, long session) {}

    private final int most;
    private final ArrayDeque<Kept> sessions = new ArrayDeque<>();
    private final Map<Long, Names> open = new HashMap<>();

    ClientSessions(int most) {
        this.most = most;
    }

    /// The library hands the session over.
    @Override
    public synchronized boolean sessionCreated(long ssl, long session) {
        var names = open.get(ssl);
        if (names == null) {
            return false;
        }
        sessions.addFirst(new Kept(names, session));
        while (sessions.size() > most) {
            SSLSession.free(sessions.removeLast().session());
        }
        return true;
    }

    /// Servers ask so; clients never.
    @Override
    public long getSession(long ssl, byte[] id) {
        return -1;
    }

    /// Offers a session to the server of this connection, if there is one, and keeps what the
    /// server gives until it is [#closed].
    synchronized void offer(long ssl, Names names) {
        open.put(ssl, names);
        for (Iterator<Kept> all = sessions.iterator(); all.hasNext(); ) {
            var kept = all.next();
            if (kept.names().equals(names)) {
                SSL.setSession(ssl, kept.session());
                if (SSLSession.shouldBeSingleUse(kept.session())) {
                    all.remove();
                    SSLSession.free(kept.session());
                }
                return;
            }
        }
    }

    /// The connection is at its end.
    synchronized void closed(long ssl) {
        open.remove(ssl);
    }

    synchronized void clear() {
        sessions.forEach(kept -> SSLSession.free(kept.session()));
        sessions.clear();
    }
}
