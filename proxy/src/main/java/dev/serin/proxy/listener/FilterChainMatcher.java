package dev.serin.proxy.listener;

import dev.serin.proxy.listener.ListenerConfig.Chain;

import org.jspecify.annotations.Nullable;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToIntFunction;

/// Chooses the filter chain of a connection in Envoy's order: one criterion after the other, each
/// keeping only the most specific of what the one before left. There is no way back: a chain that
/// an earlier criterion dropped is not looked at again.
final class FilterChainMatcher {
    private static final int NO = -1;
    private static final InetAddress V4_LOOPBACK = InetAddress.ofLiteral("127.0.0.1");
    private static final InetAddress V6_LOOPBACK = InetAddress.ofLiteral("::1");

    private FilterChainMatcher() {}

    /// Null if no chain takes it, not even the fallback.
    static @Nullable Chain match(ListenerConfig config, Facts facts) {
        if (config.chains().isEmpty()) {
            return config.fallback();
        }
        var local = facts.local().getAddress().getAddress();
        var remote = facts.remote().getAddress().getAddress();
        var direct = facts.direct().getAddress().getAddress();
        var left = config.chains();
        // the destination port
        left = best(left, m -> port(m.port(), facts.local().getPort()));
        // the destination address, the longest prefix first
        left = best(left, m -> prefix(m.destinations(), local));
        // the server's name, an exact one first, then the longest suffix
        left = best(left, m -> serverName(m.serverNames(), facts.serverName()));
        // tls or not
        left = best(left, m -> text(m.transport(), facts.transport()));
        // the application's protocol
        left = best(left, m -> any(m.protocols(), facts.protocols()));
        // the address that the connection comes from
        left = best(left, m -> prefix(m.directSources(), direct));
        // whether it comes from this machine
        left = best(left, m -> sourceType(m.sourceType(), facts));
        // the client's address
        left = best(left, m -> prefix(m.sources(), remote));
        // the client's port
        left = best(left, m -> sourcePort(m.sourcePorts(), facts.remote().getPort()));
        return left.isEmpty() ? config.fallback() : left.getFirst();
    }

    private static List<Chain> best(List<Chain> chains, ToIntFunction<ChainMatch> specific) {
        var best = NO;
        var kept = new ArrayList<Chain>(4);
        for (var chain : chains) {
            var score = specific.applyAsInt(chain.match());
            if (score > best) {
                best = score;
                kept.clear();
            }
            if (score != NO && score == best) {
                kept.add(chain);
            }
        }
        return kept;
    }

    private static int port(int wanted, int port) {
        return wanted == 0 ? 0 : wanted == port ? 1 : NO;
    }

    private static int prefix(List<ChainMatch.Prefix> prefixes, byte[] address) {
        var best = prefixes.isEmpty() ? 0 : NO;
        for (var prefix : prefixes) {
            if (prefix.bits() + 1 > best && prefix.holds(address)) {
                best = prefix.bits() + 1;
            }
        }
        return best;
    }

    private static int serverName(List<String> names, @Nullable String name) {
        var best = names.isEmpty() ? 0 : NO;
        for (var wanted : names) {
            if (name == null) {
                continue;
            }
            if (wanted.startsWith("*.") && name.endsWith(wanted.substring(1))) {
                best = Math.max(best, wanted.length());
            } else if (wanted.equals(name)) {
                best = Integer.MAX_VALUE;
            }
        }
        return best;
    }

    private static int text(String wanted, String found) {
        return wanted.isEmpty() ? 0 : wanted.equals(found) ? 1 : NO;
    }

    private static int any(List<String> wanted, List<String> found) {
        if (wanted.isEmpty()) {
            return 0;
        }
        // the client's first choice decides
        for (var i = 0; i < found.size(); i++) {
            if (wanted.contains(found.get(i))) {
                return Integer.MAX_VALUE - i;
            }
        }
        return NO;
    }

    private static int sourceType(int wanted, Facts facts) {
        if (wanted == 0) {
            return 0;
        }
        var source = facts.remote().getAddress();
        var same = loopback(source) || source.equals(facts.local().getAddress());
        return same == (wanted == 1) ? 1 : NO;
    }

    /// As Envoy: of all the addresses that a machine has for itself only the usual one.
    private static boolean loopback(InetAddress address) {
        return address.equals(V4_LOOPBACK) || address.equals(V6_LOOPBACK);
    }

    private static int sourcePort(List<Integer> wanted, int port) {
        return wanted.isEmpty() ? 0 : wanted.contains(port) ? 1 : NO;
    }
}
