package dev.serin.identity;

import dev.serin.base.Problem;
import dev.serin.base.ProblemException;

/// The identity of a workload, in Istio's form: `spiffe://<trust domain>/ns/<namespace>/sa/<service
/// account>`.
public record SpiffeId(TrustDomain trustDomain, String namespace, String serviceAccount) {
    private static final String SCHEME = "spiffe://";

    /// Reads the URI.
    ///
    /// @throws ProblemException if it has another form
    public static SpiffeId parse(String uri) {
        var parts = uri.startsWith(SCHEME) ? uri.substring(SCHEME.length()).split("/", -1) : null;
        if (parts == null
                || parts.length != 5
                || !parts[1].equals("ns")
                || !parts[3].equals("sa")
                || parts[2].isEmpty()
                || parts[4].isEmpty()) {
            throw new ProblemException(
                    new Problem(
                            "identity",
                            "'" + uri + "'",
                            "spiffe://<trust domain>/ns/<namespace>/sa/<service account>",
                            null));
        }
        return new SpiffeId(new TrustDomain(parts[0]), parts[2], parts[4]);
    }

    public String uri() {
        return SCHEME + principal();
    }

    /// The URI without its scheme, as policies and metrics write it.
    public String principal() {
        return trustDomain + "/ns/" + namespace + "/sa/" + serviceAccount;
    }

    @Override
    public String toString() {
        return uri();
    }
}
