package dev.serin.identity;

import dev.serin.base.Problem;
import dev.serin.base.ProblemException;

/// The name that all identities of one mesh share, for instance `cluster.local`.
public record TrustDomain(String name) {
    public TrustDomain {
        if (name.isEmpty() || !name.chars().allMatch(TrustDomain::allowed)) {
            throw new ProblemException(
                    new Problem(
                            "trust domain",
                            "'" + name + "'",
                            "lower-case letters, digits, dots, dashes and underscores (SPIFFE-ID"
                                    + " §2.1)",
                            null));
        }
    }

    private static boolean allowed(int c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '_';
    }

    @Override
    public String toString() {
        return name;
    }
}
