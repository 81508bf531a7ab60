package dev.serin.proxy.tls;

import io.netty.internal.tcnative.SSL;
import io.netty.internal.tcnative.SSLSession;
import io.netty.internal.tcnative.SSLSessionCache;

import java.util.ArrayDeque;

/// Sessions that servers gave a client, to be resumed: the newest first, each of TLS 1.3 once. Any
/// thread.
final class ClientSessions implements SSLSessionCache {
    private final int most;
    private final ArrayDeque<Long> sessions = new ArrayDeque<>();

    ClientSessions(int most) {
        this.most = most;
    }

    /// The library hands the session over.
    @Override
    public synchronized boolean sessionCreated(long ssl, long session) {
        sessions.addFirst(session);
        while (sessions.size() > most) {
            SSLSession.free(sessions.removeLast());
        }
        return true;
    }

    /// Servers ask so; clients never.
    @Override
    public long getSession(long ssl, byte[] id) {
        return -1;
    }

    /// Offers a session to the server of this connection, if there is one.
    synchronized void offer(long ssl) {
        var session = sessions.peekFirst();
        if (session != null) {
            SSL.setSession(ssl, session);
            if (SSLSession.shouldBeSingleUse(session)) {
                SSLSession.free(sessions.removeFirst());
            }
        }
    }

    synchronized void clear() {
        sessions.forEach(SSLSession::free);
        sessions.clear();
    }
}
