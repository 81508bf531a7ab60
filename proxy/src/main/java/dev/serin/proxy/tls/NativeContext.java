package dev.serin.proxy.tls;

import com.google.protobuf.ByteString;

import dev.serin.proxy.tls.secret.Secret.KeyPair;

import io.netty.internal.tcnative.CertificateVerifier;
import io.netty.internal.tcnative.SSL;
import io.netty.internal.tcnative.SSLContext;
import io.netty.internal.tcnative.SSLCredential;
import io.netty.internal.tcnative.SessionTicketKey;

import org.jspecify.annotations.Nullable;

import java.lang.ref.Cleaner;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// An `SSL_CTX`: what the connections of one certificate and one set of rules share. Immutable once
/// made; any event loop may open connections. Whoever has a connection of it holds it; the native
/// part goes when nobody does.
final class NativeContext {
    private static final Cleaner CLEANER = Cleaner.create();
    private static final int DEPTH = 100;

    private final long address;
    private final @Nullable KeyPair identity;
    private final @Nullable ClientSessions sessions;
    private final Map<Long, TlsPeer> attended;
    private final Map<Long, String> said;

    private NativeContext(
            long address,
            ContextSettings settings,
            @Nullable ClientSessions sessions,
            Verifier verifier) {
        this.address = address;
        this.identity = settings.identity();
        this.sessions = sessions;
        this.attended = verifier.attended;
        this.said = verifier.said;
        CLEANER.register(this, new Free(address, sessions));
    }

    /// @throws IllegalArgumentException with what the library says against the settings
    static NativeContext of(ContextSettings settings) {
        BoringSsl.load();
        var address = 0L;
        try {
            address = SSLContext.make(protocols(settings.parameters()), mode(settings));
            var verifier = new Verifier();
            var sessions = settings.sessions() > 0 ? new ClientSessions(settings.sessions()) : null;
            configure(address, settings, verifier, sessions);
            return new NativeContext(address, settings, sessions, verifier);
        } catch (Exception e) {
            if (address != 0) {
                SSLContext.free(address);
            }
            SSL.clearError();
            throw new IllegalArgumentException(String.valueOf(e.getMessage()), e);
        }
    }

    private static int mode(ContextSettings settings) {
        return settings.server() ? SSL.SSL_MODE_SERVER : SSL.SSL_MODE_CLIENT;
    }

    private static int protocols(Parameters parameters) {
        var bits = 0;
        for (var version = parameters.least(); version <= parameters.most(); version++) {
            bits |=
                    switch (version) {
                        case 10 -> SSL.SSL_PROTOCOL_TLSV1;
                        case 11 -> SSL.SSL_PROTOCOL_TLSV1_1;
                        case 12 -> SSL.SSL_PROTOCOL_TLSV1_2;
                        default -> SSL.SSL_PROTOCOL_TLSV1_3;
                    };
        }
        return bits;
    }

    private static void ciphers(long context, Parameters parameters) throws Exception {
        // The library passes over names that it does not know, as long as it knows one.
        for (var cipher : parameters.ciphers().split("[:|\\[\\]]+")) {
            if (!cipher.isEmpty()
                    && !cipher.startsWith("TLS_")
                    && !SSLContext.setCipherSuite(context, cipher, false)) {
                throw new IllegalArgumentException("cipher_suites: '" + cipher + "' is not known");
            }
        }
        if (!SSLContext.setCipherSuite(context, parameters.ciphers(), false)) {
            throw new IllegalArgumentException("cipher_suites: " + SSL.getLastError());
        }
    }

    private static void configure(
            long context,
            ContextSettings settings,
            Verifier verifier,
            @Nullable ClientSessions sessions)
            throws Exception {
        var parameters = settings.parameters();
        var options = SSL.SSL_OP_NO_SSLv2 | SSL.SSL_OP_NO_SSLv3 | SSL.SSL_OP_NO_COMPRESSION;
        options |= parameters.least() > 10 ? SSL.SSL_OP_NO_TLSv1 : 0;
        options |= parameters.least() > 11 || parameters.most() < 11 ? SSL.SSL_OP_NO_TLSv1_1 : 0;
        options |= parameters.least() > 12 || parameters.most() < 12 ? SSL.SSL_OP_NO_TLSv1_2 : 0;
        options |= parameters.most() < 13 ? SSL.SSL_OP_NO_TLSv1_3 : 0;
        options |= parameters.preferClientCiphers() ? 0 : SSL.SSL_OP_CIPHER_SERVER_PREFERENCE;
        options |= settings.tickets() ? 0 : SSL.SSL_OP_NO_TICKET;
        SSLContext.setOptions(context, SSLContext.getOptions(context) | options);
        SSLContext.setMode(
                context,
                SSLContext.getMode(context)
                        | SSL.SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER
                        | SSL.SSL_MODE_ENABLE_PARTIAL_WRITE
                        | SSL.SSL_MODE_RELEASE_BUFFERS);
        ciphers(context, parameters);
        if (!parameters.curves().isEmpty()
                && !SSLContext.setCurvesList(context, parameters.curves().toArray(String[]::new))) {
            throw new IllegalArgumentException("ecdh_curves: " + SSL.getLastError());
        }
        if (!settings.alpn().isEmpty()) {
            SSLContext.setAlpnProtos(
                    context,
                    settings.alpn().toArray(String[]::new),
                    SSL.SSL_SELECTOR_FAILURE_NO_ADVERTISE);
        }
        if (settings.identity() != null) {
            identity(context, settings.identity());
        }
        SSLContext.setUseTasks(context, false);
        var verify =
                !settings.verify()
                        ? SSL.SSL_CVERIFY_NONE
                        : settings.required() || !settings.server()
                                ? SSL.SSL_CVERIFY_REQUIRED
                                : SSL.SSL_CVERIFY_OPTIONAL;
        SSLContext.setVerify(context, verify, DEPTH);
        // A client's library asks even if nothing is to be verified, and without anyone to ask it
        // refuses every server.
        if (settings.verify() || !settings.server()) {
            SSLContext.setCertVerifyCallback(context, verifier);
        }
        if (!settings.authorities().isEmpty()) {
            var bio = BoringSsl.bio(settings.authorities().toByteArray());
            try {
                SSLContext.setCACertificateBio(context, bio);
            } finally {
                SSL.freeBIO(bio);
            }
        }
        resumption(context, settings, sessions);
        SSL.clearError();
    }

    private static void resumption(
            long context, ContextSettings settings, @Nullable ClientSessions sessions) {
        SSLContext.setSessionIdContext(context, settings.sessionContext().toByteArray());
        if (settings.sessionSeconds() > 0) {
            SSLContext.setSessionCacheTimeout(context, settings.sessionSeconds());
        }
        if (settings.server()) {
            SSLContext.setSessionCacheMode(
                    context,
                    settings.sessionIds() ? SSL.SSL_SESS_CACHE_SERVER : SSL.SSL_SESS_CACHE_OFF);
        } else if (sessions != null) {
            SSLContext.setSessionCacheMode(
                    context,
                    SSL.SSL_SESS_CACHE_CLIENT
                            | SSL.SSL_SESS_CACHE_NO_INTERNAL_LOOKUP
                            | SSL.SSL_SESS_CACHE_NO_INTERNAL_STORE);
            SSLContext.setSSLSessionCache(context, sessions);
        }
        if (settings.ticketKeys() != null) {
            SSLContext.setSessionTicketKeys(
                    context,
                    settings.ticketKeys().keys().stream()
                            .map(NativeContext::ticketKey)
                            .toArray(SessionTicketKey[]::new));
        }
    }

    /// Of Envoy's 80 octets: name, MAC key, AES key; the library takes the first half of the keys.
    private static SessionTicketKey ticketKey(ByteString octets) {
        var all = octets.toByteArray();
        return new SessionTicketKey(
                Arrays.copyOfRange(all, 0, 16),
                Arrays.copyOfRange(all, 16, 32),
                Arrays.copyOfRange(all, 48, 64));
    }

    private static void identity(long context, KeyPair pair) throws Exception {
        var certificates = BoringSsl.bio(pair.chain().getBytes(StandardCharsets.US_ASCII));
        var key = BoringSsl.bio(pair.key().getBytes(StandardCharsets.US_ASCII));
        var chain = 0L;
        var secret = 0L;
        var credential = SSLCredential.newX509();
        try {
            chain = SSL.parseX509Chain(certificates);
            secret = SSL.parsePrivateKey(key, pair.password().isEmpty() ? null : pair.password());
            SSLCredential.setCertChain(credential, chain);
            SSLCredential.setPrivateKey(credential, secret);
            SSLContext.addCredential(context, credential);
        } finally {
            SSLCredential.free(credential);
            if (secret != 0) {
                SSL.freePrivateKey(secret);
            }
            if (chain != 0) {
                SSL.freeX509Chain(chain);
            }
            SSL.freeBIO(certificates);
            SSL.freeBIO(key);
        }
    }

    /// A native connection, which the caller frees.
    long newConnection(boolean server) {
        return SSL.newSSL(address, server);
    }

    /// Whose certificate its clients or servers see.
    @Nullable KeyPair identity() {
        return identity;
    }

    @Nullable ClientSessions sessions() {
        return sessions;
    }

    /// `peer` is asked about the certificates of this connection.
    void attend(long ssl, TlsPeer peer) {
        attended.put(ssl, peer);
    }

    /// The handshake is over.
    void forget(long ssl) {
        attended.remove(ssl);
        said.remove(ssl);
    }

    /// The connection is at its end.
    void closed(long ssl) {
        forget(ssl);
        if (sessions != null) {
            sessions.closed(ssl);
        }
    }

    /// Why the certificates of this connection were not taken; null if they were not looked at.
    @Nullable String said(long ssl) {
        return said.get(ssl);
    }

    /// Asks a connection's peer about its certificates. The library calls it on the connection's
    /// event loop.
    private static final class Verifier extends CertificateVerifier {
        private final Map<Long, TlsPeer> attended = new ConcurrentHashMap<>();
        private final Map<Long, String> said = new ConcurrentHashMap<>();

        @Override
        public int verify(long ssl, byte[][] chain, String algorithm) {
            var peer = attended.get(ssl);
            if (peer == null) {
                return X509_V_ERR_UNSPECIFIED;
            }
            var verdict = peer.verify(chain);
            if (!verdict.ok()) {
                said.put(ssl, verdict.reason());
            }
            return verdict.code();
        }
    }

    private record Free(long address, @Nullable ClientSessions sessions) implements Runnable {
        @Override
        public void run() {
            if (sessions != null) {
                sessions.clear();
            }
            SSLContext.free(address);
        }
    }
}
