package dev.serin.controlplane.mesh;

import java.util.List;

/// Host names as resources write them. Pure functions.
public final class Hosts {
    private Hosts() {}

    /// The full name of `host` as written in `namespace`: a name without a dot is a service there.
    public static String resolve(String host, String namespace, String domain) {
        if (host.indexOf('.') >= 0 || host.equals("*") || host.isEmpty()) {
            return host;
        }
        return host + "." + namespace + ".svc." + domain;
    }

    /// Whether `pattern` (a name, `*` or `*.suffix`) covers `host`, which may be a pattern, too.
    public static boolean covers(String pattern, String host) {
        if (pattern.equals("*") || pattern.equals(host)) {
            return true;
        }
        return pattern.startsWith("*")
                && host.length() >= pattern.length()
                && host.endsWith(pattern.substring(1));
    }

    /// The narrower of two patterns, empty if nothing is covered by both.
    public static String both(String one, String other) {
        return covers(one, other) ? other : covers(other, one) ? one : "";
    }

    /// Whether a resource of `owner` that says `exportTo` is seen from `viewer`.
    public static boolean visible(List<String> exportTo, String owner, String viewer) {
        if (exportTo.isEmpty()) {
            return true;
        }
        return exportTo.stream()
                .anyMatch(to ->
                        to.equals("*")
                                || to.equals(viewer)
                                || (to.equals(".") && owner.equals(viewer)));
    }
}
