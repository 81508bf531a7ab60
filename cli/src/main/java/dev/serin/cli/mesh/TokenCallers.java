package dev.serin.cli.mesh;

import dev.serin.base.Problem;
import dev.serin.base.ProblemException;
import dev.serin.local.api.Refusal;
import dev.serin.local.api.Tokens;
import dev.serin.xds.server.Caller;
import dev.serin.xds.server.CallerAuthenticator;

import org.jspecify.annotations.Nullable;

import java.util.List;

/// Admits proxies by the service-account token that their pod was given, as istiod does by
/// TokenReview.
record TokenCallers(Tokens tokens) implements CallerAuthenticator {
    /// What the token must have been issued for.
    static final String AUDIENCE = "istio-ca";

    private static final String PREFIX = "system:serviceaccount:";

    @Override
    public Caller authenticate(@Nullable String bearerToken, List<String> peerNames) {
        if (bearerToken == null) {
            throw refused(
                    "no token", "send the service account's token as `authorization: Bearer …`");
        }
        try {
            var name = tokens.verify(bearerToken, List.of(AUDIENCE)).caller().name();
            var parts =
                    name.startsWith(PREFIX) ? name.substring(PREFIX.length()).split(":", 2) : null;
            if (parts == null || parts.length != 2) {
                throw refused("a token of " + name, "use a service account's token");
            }
            return new Caller(parts[0], parts[1]);
        } catch (Refusal e) {
            throw refused(
                    String.valueOf(e.getMessage()),
                    "mount a projected token with audience " + AUDIENCE + ", as injection does");
        }
    }

    private static ProblemException refused(String found, String cure) {
        return new ProblemException(
                new Problem("caller", found, "a valid token with audience " + AUDIENCE, cure));
    }
}
