package dev.serin.config.set;

import org.jspecify.annotations.Nullable;

/// The names of services as hosts.
public final class Hosts {
    /// What ends the full name of every service.
    public static final String SUFFIX = ".svc.cluster.local";

    private Hosts() {}

    /// The full name of a host that is written in a resource of this namespace: a short name is a
    /// service of the same namespace, as Istio has it.
    public static String full(String host, String namespace) {
        return host.contains(".") || host.equals("*") || host.isEmpty()
                ? host
                : host + "." + namespace + SUFFIX;
    }

    /// The full name of a service.
    public static String service(String name, String namespace) {
        return name + "." + namespace + SUFFIX;
    }

    /// The namespace in the full name of a service, null if it is not one.
    public static @Nullable String namespace(String full) {
        if (!full.endsWith(SUFFIX)) {
            return null;
        }
        var rest = full.substring(0, full.length() - SUFFIX.length());
        return rest.substring(rest.indexOf('.') + 1);
    }

    /// Whether a host with a wildcard, or without, covers a full name.
    public static boolean covers(String pattern, String full) {
        return pattern.equals(full)
                || pattern.equals("*")
                || pattern.startsWith("*.") && full.endsWith(pattern.substring(1));
    }
}
