package dev.serin.local.api;

import java.time.Duration;
import java.time.Instant;
import java.util.List;

/// Issues and reads the tokens of service accounts. Any thread.
public interface Tokens {
    /// A new token.
    Issued issue(Wanted wanted);

    /// Who a token belongs to, for one of `audiences` (empty: the API's own).
    ///
    /// @throws Refusal 401, its message saying why
    Verified verify(String token, List<String> audiences);

    /// A token that is asked for.
    ///
    /// @param audiences empty for the API's own
    /// @param pod the pod that it is bound to, empty for none
    record Wanted(
            String namespace,
            String account,
            String accountUid,
            List<String> audiences,
            Duration lifetime,
            String pod,
            String podUid) {}

    record Issued(String token, Instant expiry, List<String> audiences) {}

    record Verified(Caller caller, List<String> audiences) {}
}
