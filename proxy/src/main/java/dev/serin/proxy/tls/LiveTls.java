package dev.serin.proxy.tls;

import dev.serin.proxy.extension.ConfigProblem;
import dev.serin.proxy.http.codec.Http1Server;
import dev.serin.proxy.stream.CertificateFacts;
import dev.serin.proxy.stream.TlsFacts;
import dev.serin.proxy.tls.TlsObserver.Whose;
import dev.serin.proxy.tls.secret.Secret;
import dev.serin.proxy.tls.secret.SecretName;
import dev.serin.proxy.tls.secret.Secrets;
import dev.serin.proxy.tls.verify.PeerVerifier;
import dev.serin.proxy.tls.verify.Verdict;

import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CertificateValidationContext;
import io.netty.channel.ChannelHandler;
import io.netty.internal.tcnative.SSL;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// A TLS context in use: brings its secrets together, makes the handlers of connections, and ends
/// those whose peers are trusted no more. The owner brings secrets; event loops make handlers from
/// what it published last.
public final class LiveTls {
    private final TlsConfig config;
    private final TlsNeeds needs;
    private final Map<TlsHandler, Peer> secured = new ConcurrentHashMap<>();
    private List<@Nullable Secret> applied = List.of();
    private volatile @Nullable Material material;

    public LiveTls(TlsConfig config, TlsNeeds needs) {
        this.config = config;
        this.needs = needs;
    }

    public TlsConfig config() {
        return config;
    }

    /// The certificates that a context holds.
    ///
    /// @param trusted null if nobody is asked for one
    public record Held(List<Secret.KeyPair> own, @Nullable CertificateValidationContext trusted) {}

    /// What it holds now; null if its secrets are not there.
    @Nullable Held held() {
        var now = material;
        return now == null ? null : now.held();
    }

    /// Whether its secrets are there.
    public boolean ready() {
        return material != null;
    }

    /// What is wrong with a pair of certificate and key; empty if nothing is.
    static String trial(Secret.KeyPair pair) {
        try {
            NativeContext.of(
                    new ContextSettings(
                            true,
                            pair,
                            false,
                            false,
                            com.google.protobuf.ByteString.EMPTY,
                            Parameters.of(
                                    io.envoyproxy.envoy.extensions.transport_sockets.tls.v3
                                            .TlsParameters.getDefaultInstance(),
                                    true,
                                    false),
                            List.of(),
                            true,
                            true,
                            0,
                            null,
                            0,
                            com.google.protobuf.ByteString.copyFromUtf8("trial")));
            return "";
        } catch (IllegalArgumentException | ConfigProblem e) {
            return String.valueOf(e.getMessage());
        }
    }

    // ---- secrets, on the owner's thread

    /// Names of secrets that have not come.
    public Set<SecretName> missing(Secrets secrets) {
        var missing = config.names();
        missing.removeIf(name -> secrets.get(name) != null);
        return missing;
    }

    /// Takes the secrets as they are now. New connections go by them; a connection whose peer they
    /// do not let in any more ends.
    public void bring(Secrets secrets) {
        var now = new ArrayList<@Nullable Secret>();
        config.names().forEach(name -> now.add(secrets.get(name)));
        if (now.contains(null) || now.equals(applied) && material != null) {
            return;
        }
        try {
            var next = material(secrets);
            applied = now;
            var before = material;
            material = next;
            if (before != null) {
                secured.forEach((handler, peer) ->
                        handler.loop().execute(() -> look(handler, peer, next.verifier())));
            }
        } catch (ConfigProblem e) {
            throw new IllegalStateException(e); // each part was tried when it came
        }
    }

    private Material material(Secrets secrets) throws ConfigProblem {
        var pairs = new ArrayList<Secret.KeyPair>();
        for (var certificate : config.certificates()) {
            switch (certificate) {
                case TlsConfig.Inline(var pair) -> pairs.add(pair);
                case TlsConfig.Named(var name) -> {
                    if (secrets.get(name) instanceof Secret.KeyPair pair) {
                        pairs.add(pair);
                    }
                }
            }
        }
        var validation = config.validation();
        if (config.validationSecret() != null
                && secrets.get(config.validationSecret()) instanceof Secret.Trust trust) {
            validation =
                    validation == null
                            ? trust.message()
                            : validation.toBuilder().mergeFrom(trust.message()).build();
        }
        var effective =
                validation == null ? CertificateValidationContext.getDefaultInstance() : validation;
        var compiler = needs.secrets();
        var verifier = PeerVerifier.of(effective, compiler.octets(), needs.ticker());
        Secret.TicketKeys keys = null;
        if (config.side() instanceof TlsConfig.Server server) {
            keys = server.ticketKeys();
            if (server.ticketKeysSecret() != null
                    && secrets.get(server.ticketKeysSecret()) instanceof Secret.TicketKeys named) {
                keys = named;
            }
        }
        return new Material(config, List.copyOf(pairs), validation, verifier, keys);
    }

    /// Whether the peer of a connection is still let in; on its event loop.
    private void look(TlsHandler handler, Peer peer, PeerVerifier verifier) {
        var chain = peer.chain;
        if (chain == null || !secured.containsKey(handler) || !verifier.verifies()) {
            return;
        }
        if (!verifier.verify(chain, !peer.server(), peer.verifiedName()).ok()) {
            handler.distrust(Http1Server.DRAIN, needs.distrust().toMillis());
        }
    }

    // ---- connections

    /// The handler of a connection from a client; null if the secrets are not there.
    public @Nullable ChannelHandler server(Whose whose, Handshake watcher) {
        var present = material;
        return present == null ? null : new TlsHandler(new Peer(whose, present, null), watcher);
    }

    /// The handler of a connection to a server; null if the secrets are not there.
    public @Nullable ChannelHandler client(Whose whose, ServerWish wish, Handshake watcher) {
        var present = material;
        return present == null ? null : new TlsHandler(new Peer(whose, present, wish), watcher);
    }

    /// What a connection wants of its server beyond the configuration.
    ///
    /// @param serverName for SNI instead of the configured one; null for that
    /// @param verifiedName the name that its certificate must have; null for none
    /// @param alpn what is offered instead of the configured protocols; null for those
    /// @param fallback what is offered where no protocols are configured
    /// @param hostName the endpoint's; empty for none
    public record ServerWish(
            @Nullable String serverName,
            @Nullable String verifiedName,
            @Nullable List<String> alpn,
            List<String> fallback,
            String hostName) {}

    /// One connection's other end.
    private final class Peer implements TlsPeer {
        private final Whose whose;
        private final Material using;
        private final @Nullable ServerWish wish;
        private byte @Nullable [][] chain;
        private @Nullable String serverName;

        Peer(Whose whose, Material using, @Nullable ServerWish wish) {
            this.whose = whose;
            this.using = using;
            this.wish = wish;
        }

        @Override
        public boolean server() {
            return wish == null;
        }

        @Override
        public @Nullable NativeContext context(@Nullable ClientHello hello) {
            if (wish != null) {
                return using.client(wish.alpn(), wish.fallback());
            }
            var named = config.side() instanceof TlsConfig.Server s && s.requireServerName();
            if (hello == null) {
                return named || using.chooses() ? null : using.of(null);
            }
            return named && hello.serverName() == null ? null : using.of(hello);
        }

        @Override
        public String refusal() {
            return "TLS_error: server name is missing:TLS_error_end";
        }

        @Override
        public void opened(long ssl) {
            if (wish == null || !(config.side() instanceof TlsConfig.Client client)) {
                return;
            }
            var name = wish.serverName() == null ? client.serverName() : wish.serverName();
            if (client.hostServerName() && !wish.hostName().isEmpty()) {
                name = wish.hostName();
            }
            if (!name.isEmpty()) {
                serverName = name;
                SSL.setTlsExtHostName(ssl, name);
            }
            var sessions = using.client(wish.alpn(), wish.fallback()).sessions();
            if (sessions != null) {
                sessions.offer(ssl, new ClientSessions.Names(name, verifiedName()));
            }
        }

        @Nullable String verifiedName() {
            if (wish == null) {
                return null;
            }
            if (wish.verifiedName() != null) {
                return wish.verifiedName();
            }
            return config.side() instanceof TlsConfig.Client client && client.verifyServerName()
                    ? serverName
                    : null;
        }

        @Override
        public Verdict verify(byte[][] shown) {
            var verdict = using.verifier().verify(shown, wish != null, verifiedName());
            if (verdict.kind() != Verdict.Kind.OK) {
                needs.observer().doubted(whose, verdict.kind());
            }
            return verdict;
        }

        @Override
        public TlsFacts facts(long ssl, NativeContext context) {
            var shown = shown(ssl);
            chain = shown;
            var pair = context.identity();
            if (wish == null) {
                var asked = SSL.getSniHostname(ssl);
                serverName = asked == null ? null : asked.toLowerCase(Locale.ROOT);
            }
            var alpn = SSL.getAlpnSelected(ssl);
            var version = SSL.getVersion(ssl);
            var id = version.equals("TLSv1.3") ? null : SSL.getSessionId(ssl);
            CertificateFacts peer = shown == null ? null : using.verifier().facts(shown);
            return new TlsFacts(
                    version,
                    SSL.getCipherForSSL(ssl),
                    serverName,
                    alpn == null || alpn.isEmpty() ? null : alpn,
                    id == null ? "" : HexFormat.of().formatHex(id),
                    SSL.isSessionReused(ssl),
                    pair == null ? null : pair.certificate(),
                    peer,
                    shown != null && using.verifier().verify(shown, wish != null, null).trusted());
        }

        /// The library leaves the peer's own certificate out of the chain where that is a client.
        private static byte @Nullable [][] shown(long ssl) {
            var own = SSL.getPeerCertificate(ssl);
            if (own == null) {
                return null;
            }
            var rest = SSL.getPeerCertChain(ssl);
            if (rest == null || rest.length == 0) {
                return new byte[][] {own};
            }
            if (java.util.Arrays.equals(rest[0], own)) {
                return rest;
            }
            var whole = new byte[rest.length + 1][];
            whole[0] = own;
            System.arraycopy(rest, 0, whole, 1, rest.length);
            return whole;
        }

        @Override
        public void secured(TlsHandler handler, TlsFacts facts) {
            if (chain != null) {
                secured.put(handler, this);
                var newest = Objects.requireNonNull(material);
                if (newest != using) {
                    look(handler, this, newest.verifier()); // they changed during the handshake
                }
            }
            needs.observer().secured(whose, facts);
        }

        @Override
        public void failed(String reason, boolean connectionError) {
            var none = reason.contains("PEER_DID_NOT_RETURN_A_CERTIFICATE");
            needs.observer().failed(whose, connectionError, none);
        }

        @Override
        public void broken(BoringSsl.Errors errors) {
            needs.observer().failed(whose, errors.connection(), false);
        }

        @Override
        public void gone(TlsHandler handler) {
            secured.remove(handler);
        }
    }
}
