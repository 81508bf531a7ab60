package dev.serin.local.api;

import java.util.List;
import java.util.Map;

/// Who asks, after authentication.
///
/// @param extra what else the credentials say, for instance the pod that a token is bound to
public record Caller(
        String name, String uid, List<String> groups, Map<String, List<String>> extra) {
    /// May do everything.
    public static final String ADMINS = "system:masters";

    private static final String SERVICE_ACCOUNT = "system:serviceaccount:";

    /// What runs inside the API's own process.
    public static Caller system(String component) {
        return new Caller(
                "system:" + component, "", List.of(ADMINS, "system:authenticated"), Map.of());
    }

    public static Caller anonymous() {
        return new Caller("system:anonymous", "", List.of("system:unauthenticated"), Map.of());
    }

    public static Caller serviceAccount(
            String namespace, String name, String uid, Map<String, List<String>> extra) {
        return new Caller(
                SERVICE_ACCOUNT + namespace + ":" + name,
                uid,
                List.of(
                        "system:serviceaccounts",
                        "system:serviceaccounts:" + namespace,
                        "system:authenticated"),
                extra);
    }

    public boolean isAdmin() {
        return groups.contains(ADMINS);
    }
}
