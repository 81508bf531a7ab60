package dev.serin.proxy.tls.secret;

import org.jspecify.annotations.Nullable;

import java.util.HashMap;
import java.util.Map;

/// The last good version of each secret. Owner thread only.
public final class Secrets {
    private final Map<SecretName, Secret> known = new HashMap<>();

    /// Null if it has not come yet.
    public @Nullable Secret get(SecretName name) {
        return known.get(name);
    }

    public void put(SecretName name, Secret secret) {
        known.put(name, secret);
    }

    public void remove(SecretName name) {
        known.remove(name);
    }
}
