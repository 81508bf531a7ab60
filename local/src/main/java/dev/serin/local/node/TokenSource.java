package dev.serin.local.node;

import java.time.Duration;

/// Issues the tokens that pods find in their volumes.
@FunctionalInterface
public interface TokenSource {
    /// A token for a service account, bound to a pod; may block, any thread.
    String token(Request request);

    /// @param audience empty for the API's own
    record Request(
            String namespace,
            String serviceAccount,
            String audience,
            Duration lifetime,
            String pod,
            String podUid) {}
}
