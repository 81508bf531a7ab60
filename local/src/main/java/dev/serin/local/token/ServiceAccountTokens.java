package dev.serin.local.token;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;

import dev.serin.base.time.Ticker;
import dev.serin.config.ResourceKey;
import dev.serin.local.api.Authenticator;
import dev.serin.local.api.Caller;
import dev.serin.local.api.Refusal;
import dev.serin.local.api.Tokens;
import dev.serin.local.store.Store;

import org.jspecify.annotations.Nullable;

import java.nio.file.Path;
import java.text.ParseException;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/// Tokens of service accounts: signed (ES256), for an audience, for a while, bound to their account
/// and perhaps a pod, so that they become void with these. Any thread.
public final class ServiceAccountTokens implements Tokens, Authenticator {
    /// Who issues, and the audience of tokens that name none.
    public static final String ISSUER = "https://kubernetes.default.svc.cluster.local";

    private static final String OWN = "kubernetes.io";
    private static final String SUBJECT = "system:serviceaccount:";

    private final ECKey key;
    private final Store store;
    private final Ticker ticker;

    /// @param keyFile made when it is not there
    public ServiceAccountTokens(Path keyFile, Store store, Ticker ticker) {
        this.key = KeyFile.open(keyFile);
        this.store = store;
        this.ticker = ticker;
    }

    @Override
    public Issued issue(Wanted wanted) {
        var now = ticker.now();
        var expiry = now.plus(wanted.lifetime());
        var audiences = wanted.audiences().isEmpty() ? List.of(ISSUER) : wanted.audiences();
        var own = new LinkedHashMap<String, Object>();
        own.put("namespace", wanted.namespace());
        own.put("serviceaccount", Map.of("name", wanted.account(), "uid", wanted.accountUid()));
        if (!wanted.pod().isEmpty()) {
            own.put("pod", Map.of("name", wanted.pod(), "uid", wanted.podUid()));
        }
        var claims =
                new JWTClaimsSet.Builder()
                        .issuer(ISSUER)
                        .subject(SUBJECT + wanted.namespace() + ":" + wanted.account())
                        .audience(audiences)
                        .issueTime(Date.from(now))
                        .notBeforeTime(Date.from(now))
                        .expirationTime(Date.from(expiry))
                        .jwtID(UUID.randomUUID().toString())
                        .claim(OWN, own)
                        .build();
        var jwt =
                new SignedJWT(
                        new JWSHeader.Builder(JWSAlgorithm.ES256).keyID(key.getKeyID()).build(),
                        claims);
        try {
            jwt.sign(new ECDSASigner(key));
        } catch (JOSEException e) {
            throw new IllegalStateException("token key", e);
        }
        return new Issued(jwt.serialize(), expiry, audiences);
    }

    @Override
    public @Nullable Caller caller(String token) {
        if (token.chars().filter(c -> c == '.').count() != 2) {
            return null;
        }
        try {
            return verify(token, List.of()).caller();
        } catch (Refusal refusal) {
            return null;
        }
    }

    @Override
    public Verified verify(String token, List<String> audiences) {
        try {
            var jwt = SignedJWT.parse(token);
            // What was signed, before anything of it is believed.
            if (!jwt.getHeader().getAlgorithm().equals(JWSAlgorithm.ES256)
                    || !jwt.verify(new ECDSAVerifier(key))) {
                throw refused("the token's signature is not this API's");
            }
            var claims = jwt.getJWTClaimsSet();
            // When.
            var now = Date.from(ticker.now());
            if (claims.getExpirationTime() == null || !now.before(claims.getExpirationTime())) {
                throw refused("the token has expired");
            }
            if (claims.getNotBeforeTime() != null
                    && now.toInstant()
                            .plusSeconds(1)
                            .isBefore(claims.getNotBeforeTime().toInstant())) {
                throw refused("the token is not valid yet");
            }
            // For whom.
            var wanted = audiences.isEmpty() ? List.of(ISSUER) : audiences;
            var shared = claims.getAudience().stream().filter(wanted::contains).toList();
            if (shared.isEmpty()) {
                throw refused(
                        "the token's audiences " + claims.getAudience() + " are none of " + wanted);
            }
            return new Verified(owner(claims), shared);
        } catch (ParseException | JOSEException e) {
            throw refused("the token can't be read: " + e.getMessage());
        }
    }

    /// Who it belongs to, who must still be there.
    private Caller owner(JWTClaimsSet claims) throws ParseException {
        var own = claims.getJSONObjectClaim(OWN);
        if (own == null) {
            throw refused("the token names no service account");
        }
        var namespace = String.valueOf(own.get("namespace"));
        var account = require(own, "serviceaccount", "serviceaccounts", namespace);
        var extra = new LinkedHashMap<String, List<String>>();
        if (claims.getJWTID() != null) {
            extra.put(
                    "authentication.kubernetes.io/credential-id",
                    List.of("JTI=" + claims.getJWTID()));
        }
        if (own.containsKey("pod")) {
            var pod = require(own, "pod", "pods", namespace);
            extra.put("authentication.kubernetes.io/pod-name", List.of(pod.name));
            extra.put("authentication.kubernetes.io/pod-uid", List.of(pod.uid));
        }
        return Caller.serviceAccount(namespace, account.name, account.uid, extra);
    }

    private record Named(String name, String uid) {}

    private Named require(Map<String, Object> own, String claim, String family, String namespace) {
        if (!(own.get(claim) instanceof Map<?, ?> bound)) {
            throw refused("the token names no " + claim);
        }
        var named = new Named(String.valueOf(bound.get("name")), String.valueOf(bound.get("uid")));
        var found = store.get(new ResourceKey(family, namespace, named.name));
        if (found == null || !found.uid().equals(named.uid)) {
            throw refused("the token's " + claim + " " + named.name + " is not there any more");
        }
        return named;
    }

    private static Refusal refused(String why) {
        return new Refusal(401, "Unauthorized", why);
    }
}
