package dev.serin.proxy.tls;

import com.google.protobuf.ByteString;

import dev.serin.proxy.stream.CertificateFacts;
import dev.serin.proxy.tls.secret.Secret;
import dev.serin.proxy.tls.verify.NameMatch;
import dev.serin.proxy.tls.verify.PeerVerifier;

import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CertificateValidationContext;

import org.jspecify.annotations.Nullable;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// A TLS context with everything in it that it refers to, of one moment. Immutable but that native
/// parts are made when they are first needed; any event loop.
final class Material {
    private static final ByteString ANY_CONTEXT = ByteString.copyFromUtf8("any");

    private final TlsConfig config;
    private final List<Secret.KeyPair> pairs;
    private final @Nullable CertificateValidationContext validation;
    private final PeerVerifier verifier;
    private final Secret.@Nullable TicketKeys ticketKeys;
    private final Map<Key, NativeContext> made = new HashMap<>();

    private record Key(int pair, List<String> alpn) {}

    Material(
            TlsConfig config,
            List<Secret.KeyPair> pairs,
            @Nullable CertificateValidationContext validation,
            PeerVerifier verifier,
            Secret.@Nullable TicketKeys ticketKeys) {
        this.config = config;
        this.pairs = pairs;
        this.validation = validation;
        this.verifier = verifier;
        this.ticketKeys = ticketKeys;
    }

    LiveTls.Held held() {
        return new LiveTls.Held(pairs, validation);
    }

    PeerVerifier verifier() {
        return verifier;
    }

    /// Whether the client's first words choose the certificate.
    boolean chooses() {
        return pairs.size() > 1;
    }

    /// The context for a client that said this.
    NativeContext of(@Nullable ClientHello hello) {
        return context(hello == null ? 0 : chosen(hello), config.alpn());
    }

    /// @param alpn what is offered instead of the configured protocols; null for those
    /// @param fallback what is offered where none are configured
    NativeContext client(@Nullable List<String> alpn, List<String> fallback) {
        if (alpn != null) {
            return context(0, alpn);
        }
        return context(0, config.alpn().isEmpty() ? fallback : config.alpn());
    }

    /// As Envoy: an exact name first, then a wildcard, then the first certificate; of several one
    /// of an elliptic curve if the client takes it.
    private int chosen(ClientHello hello) {
        var name = hello.serverName();
        var best = -1;
        var bestScore = -1;
        for (var i = 0; i < pairs.size(); i++) {
            var score = score(pairs.get(i).certificate(), name, hello.ecdsa());
            if (score > bestScore) {
                best = i;
                bestScore = score;
            }
        }
        return Math.max(0, best);
    }

    private static int score(CertificateFacts certificate, @Nullable String name, boolean ecdsa) {
        var curve = certificate.leaf().getPublicKey().getAlgorithm().equals("EC");
        if (curve && !ecdsa) {
            return -1;
        }
        var kind = curve ? 1 : 0;
        if (name == null) {
            return kind;
        }
        var score = kind;
        for (var known : certificate.dnsSans()) {
            if (known.equalsIgnoreCase(name)) {
                return 4 + kind;
            }
            if (NameMatch.covers(known, name)) {
                score = 2 + kind;
            }
        }
        return score;
    }

    private synchronized NativeContext context(int pair, List<String> alpn) {
        return made.computeIfAbsent(
                new Key(pair, alpn),
                key ->
                        NativeContext.of(
                                settings(
                                        config,
                                        pairs.isEmpty() ? null : pairs.get(key.pair()),
                                        this,
                                        key.alpn())));
    }

    /// @param with null for a trial without secrets
    static ContextSettings settings(
            TlsConfig config,
            Secret.@Nullable KeyPair pair,
            @Nullable Material with,
            @Nullable List<String> alpn) {
        var verifies = with != null && with.verifier.verifies();
        var protocols = alpn == null ? config.alpn() : alpn;
        return switch (config.side()) {
            case TlsConfig.Server server ->
                    new ContextSettings(
                            true,
                            pair,
                            verifies || server.requireCertificate(),
                            server.requireCertificate(),
                            with == null ? ByteString.EMPTY : with.authorities(),
                            config.parameters(),
                            protocols,
                            server.tickets(),
                            server.sessionIds(),
                            server.sessionSeconds(),
                            with == null ? null : with.ticketKeys,
                            0,
                            with == null ? ANY_CONTEXT : with.sessionContext(pair));
            case TlsConfig.Client client ->
                    new ContextSettings(
                            false,
                            pair,
                            verifies || client.verifyServerName(),
                            true,
                            ByteString.EMPTY,
                            config.parameters(),
                            protocols,
                            true,
                            true,
                            0,
                            null,
                            client.sessions(),
                            ANY_CONTEXT);
        };
    }

    private ByteString authorities() {
        var text = new StringBuilder();
        try {
            for (var root : verifier.roots()) {
                text.append("-----BEGIN CERTIFICATE-----\n")
                        .append(Base64.getMimeEncoder().encodeToString(root.getEncoded()))
                        .append("\n-----END CERTIFICATE-----\n");
            }
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
        return ByteString.copyFromUtf8(text.toString());
    }

    /// A session is resumed only where the same peers would be let in, by the same names.
    private ByteString sessionContext(Secret.@Nullable KeyPair pair) {
        var parts = new ByteArrayOutputStream();
        if (validation != null) {
            parts.writeBytes(validation.toByteArray());
        }
        if (pair != null) {
            var certificate = pair.certificate();
            parts.writeBytes(
                    (certificate.subject() + certificate.dnsSans() + certificate.uriSans())
                            .getBytes(StandardCharsets.UTF_8));
        }
        try {
            return ByteString.copyFrom(
                    MessageDigest.getInstance("SHA-256").digest(parts.toByteArray()));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
