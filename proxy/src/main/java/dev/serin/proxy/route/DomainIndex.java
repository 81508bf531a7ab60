package dev.serin.proxy.route;

import dev.serin.proxy.extension.ConfigProblem;

import org.jspecify.annotations.Nullable;

import java.util.Comparator;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/// The virtual hosts of a table by their domains: the exact one, else the longest suffix, else the
/// longest prefix, else `*`. One look-up for each length that a wildcard has. Filled once by its
/// compiler, then immutable.
final class DomainIndex {
    private final Map<String, VirtualHost> exact = new HashMap<>();
    private final NavigableMap<Integer, Map<String, VirtualHost>> suffixes =
            new TreeMap<>(Comparator.reverseOrder());
    private final NavigableMap<Integer, Map<String, VirtualHost>> prefixes =
            new TreeMap<>(Comparator.reverseOrder());
    private @Nullable VirtualHost any;

    /// @throws ConfigProblem if another virtual host has the domain
    void add(String domain, VirtualHost host) throws ConfigProblem {
        var lower = domain.toLowerCase(Locale.ROOT);
        VirtualHost before;
        if (lower.equals("*")) {
            before = any;
            any = host;
        } else if (lower.startsWith("*")) {
            before = wildcards(suffixes, lower.length() - 1).put(lower.substring(1), host);
        } else if (lower.endsWith("*")) {
            var prefix = lower.substring(0, lower.length() - 1);
            before = wildcards(prefixes, prefix.length()).put(prefix, host);
        } else {
            before = exact.put(lower, host);
        }
        if (before != null) {
            throw new ConfigProblem(
                    "virtual_hosts.domains",
                    "'" + domain + "' is in " + before.name() + " and in " + host.name());
        }
    }

    private static Map<String, VirtualHost> wildcards(
            NavigableMap<Integer, Map<String, VirtualHost>> byLength, int length) {
        return byLength.computeIfAbsent(length, _ -> new HashMap<>());
    }

    /// Null if no domain is that of `authority`.
    @Nullable VirtualHost find(String authority, boolean ignorePort) {
        if (exact.isEmpty() && suffixes.isEmpty() && prefixes.isEmpty()) {
            return any;
        }
        var wanted = ignorePort ? withoutPort(authority) : authority;
        var found = exact.get(wanted);
        if (found != null) {
            return found;
        }
        var lower = wanted.toLowerCase(Locale.ROOT);
        found = lower.equals(wanted) ? null : exact.get(lower);
        if (found == null && !suffixes.isEmpty()) {
            found = suffix(lower);
        }
        if (found == null && !prefixes.isEmpty()) {
            found = prefix(lower);
        }
        return found == null ? any : found;
    }

    private @Nullable VirtualHost suffix(String authority) {
        for (var level : suffixes.tailMap(authority.length() - 1).entrySet()) {
            var found =
                    level.getValue().get(authority.substring(authority.length() - level.getKey()));
            if (found != null) {
                return found;
            }
        }
        return null;
    }

    private @Nullable VirtualHost prefix(String authority) {
        for (var level : prefixes.tailMap(authority.length() - 1).entrySet()) {
            var found = level.getValue().get(authority.substring(0, level.getKey()));
            if (found != null) {
                return found;
            }
        }
        return null;
    }

    private static String withoutPort(String authority) {
        var colon = authority.lastIndexOf(':');
        return colon > authority.lastIndexOf(']') ? authority.substring(0, colon) : authority;
    }
}
