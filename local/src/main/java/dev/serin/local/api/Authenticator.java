package dev.serin.local.api;

import org.jspecify.annotations.Nullable;

/// Tells who a bearer token belongs to. Any thread.
@FunctionalInterface
public interface Authenticator {
    /// Null when this one does not know the token.
    @Nullable Caller caller(String token);
}
