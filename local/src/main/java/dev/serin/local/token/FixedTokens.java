package dev.serin.local.token;

import dev.serin.local.api.Authenticator;
import dev.serin.local.api.Caller;

import org.jspecify.annotations.Nullable;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Map;

/// Tokens that are known beforehand, such as the admin's in the kubeconfig.
///
/// @param callers who each token belongs to
public record FixedTokens(Map<String, Caller> callers) implements Authenticator {
    public FixedTokens {
        callers = Map.copyOf(callers);
    }

    /// The admin's own.
    public static FixedTokens admin(String token) {
        var admin =
                new Caller(
                        "serin-admin",
                        "",
                        java.util.List.of(Caller.ADMINS, "system:authenticated"),
                        Map.of());
        return new FixedTokens(Map.of(token, admin));
    }

    @Override
    public @Nullable Caller caller(String token) {
        Caller found = null;
        var bytes = token.getBytes(StandardCharsets.UTF_8);
        for (var entry : callers.entrySet()) {
            // In the same time for every token, so that none can be guessed piece by piece.
            if (MessageDigest.isEqual(bytes, entry.getKey().getBytes(StandardCharsets.UTF_8))) {
                found = entry.getValue();
            }
        }
        return found;
    }

    /// Without the tokens.
    @Override
    public String toString() {
        return "FixedTokens of " + callers.size();
    }
}
