package dev.serin.proxy.format;

import dev.serin.base.net.HostPort;
import dev.serin.proxy.extension.ConfigProblem;
import dev.serin.proxy.stream.UpstreamUse;

import io.netty.util.NetUtil;

import org.jspecify.annotations.Nullable;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/// The operators about the two connections of a stream: who is at their ends, what they are called.
final class AddressOperators {
    private AddressOperators() {}

    /// By their names.
    static Map<String, Operator> all() {
        var all = new HashMap<String, Operator>(64);
        address(all, "DOWNSTREAM_LOCAL", e -> e.downstream().local());
        address(all, "DOWNSTREAM_DIRECT_LOCAL", e -> e.downstream().local());
        address(all, "DOWNSTREAM_REMOTE", e -> e.downstream().remote());
        address(all, "DOWNSTREAM_DIRECT_REMOTE", e -> e.downstream().direct());
        address(all, "UPSTREAM_LOCAL", e -> upstream(e, UpstreamUse::local));
        address(all, "UPSTREAM_REMOTE", AddressOperators::reached);
        all.put("UPSTREAM_HOST", e -> shown(upstream(e, UpstreamUse::host)));
        all.put("UPSTREAM_HOST_NAME", e -> upstream(e, AddressOperators::named));
        all.put(
                "UPSTREAM_HOST_NAME_WITHOUT_PORT",
                e -> withoutPort(upstream(e, AddressOperators::named)));
        all.put("UPSTREAM_HOSTS_ATTEMPTED", e -> attempted(e, AddressOperators::shown));
        all.put("UPSTREAM_HOSTS_ATTEMPTED_WITHOUT_PORT", e -> attempted(e, AddressOperators::host));
        all.put("UPSTREAM_CLUSTER", e -> upstream(e, UpstreamUse::statName));
        all.put("UPSTREAM_CLUSTER_RAW", e -> upstream(e, UpstreamUse::cluster));
        all.put(
                "UPSTREAM_REQUEST_ATTEMPT_COUNT",
                e -> e.upstream() == null ? 0L : (long) e.upstream().attempts());
        all.put("UPSTREAM_TRANSPORT_FAILURE_REASON", e -> failure(e));
        all.put(
                "UPSTREAM_PROTOCOL",
                e -> upstream(e, u -> u.protocol() == null ? null : u.protocol().shown()));
        all.put(
                "DOWNSTREAM_TRANSPORT_FAILURE_REASON",
                e -> underscored(e.downstream().transportFailure()));
        all.put("REQUESTED_SERVER_NAME", e -> e.downstream().serverName());
        all.put("CONNECTION_ID", e -> e.downstream().id());
        all.put("LISTENER_NAME", e -> Operators.blank(e.downstream().listener()));
        all.put("FILTER_CHAIN_NAME", e -> Operators.blank(e.downstream().chain()));
        return all;
    }

    private static void address(
            Map<String, Operator> all,
            String end,
            Function<Entry, @Nullable InetSocketAddress> address) {
        all.put(end + "_ADDRESS", e -> shown(address.apply(e)));
        // of an Envoy-internal address, which a socket never has
        all.put(end + "_ADDRESS_ENDPOINT_ID", e -> address.apply(e) == null ? null : "");
        all.put(end + "_ADDRESS_WITHOUT_PORT", e -> host(address.apply(e)));
        all.put(end + "_PORT", e -> port(address.apply(e)));
    }

    /// `END_ADDRESS_WITHOUT_PORT(n)`: the range of `n` bits that the address is in.
    static Operator masked(String name, String bits) throws ConfigProblem {
        if (!all().containsKey(name)) {
            throw new ConfigProblem("log_format", "unknown operator %" + name + "%");
        }
        if (!bits.matches("[0-9]{1,3}") || Integer.parseInt(bits) > 128) {
            throw new ConfigProblem("log_format", "no length of a prefix: %" + name + "(" + bits);
        }
        var length = Integer.parseInt(bits);
        return e -> {
            var address = end(name, e);
            return address == null || address.getAddress() == null
                    ? null
                    : range(address.getAddress(), length);
        };
    }

    private static @Nullable InetSocketAddress end(String name, Entry entry) {
        return switch (name.substring(0, name.length() - "_ADDRESS_WITHOUT_PORT".length())) {
            case "DOWNSTREAM_REMOTE" -> entry.downstream().remote();
            case "DOWNSTREAM_DIRECT_REMOTE" -> entry.downstream().direct();
            case "UPSTREAM_LOCAL" -> upstream(entry, UpstreamUse::local);
            case "UPSTREAM_REMOTE" -> reached(entry);
            default -> entry.downstream().local();
        };
    }

    private static String range(InetAddress address, int length) {
        var octets = address.getAddress();
        var kept = Math.min(length, octets.length * 8);
        for (var i = 0; i < octets.length; i++) {
            var bits = Math.clamp(kept - 8L * i, 0, 8);
            octets[i] = (byte) (octets[i] & 0xff << 8 - bits);
        }
        return NetUtil.bytesToIpAddress(octets) + "/" + kept;
    }

    /// The host, if it was connected to.
    private static @Nullable InetSocketAddress reached(Entry entry) {
        return upstream(entry, u -> u.local() == null ? null : u.host());
    }

    private static @Nullable Object port(@Nullable InetSocketAddress address) {
        return address == null ? null : (long) address.getPort();
    }

    /// `X:Y`: by SNI, or by the request's host, in this or the other order; the host as it came, as
    /// it is now, or the first of these that there is.
    static Operator serverName(String parameter) throws ConfigProblem {
        var parts = parameter.split(":", 2);
        Function<Entry, @Nullable String> host =
                switch (parts.length == 1 ? "ORIG_OR_HOST" : parts[1]) {
                    case "ORIG" -> AddressOperators::originalHost;
                    case "HOST" -> AddressOperators::host;
                    case "ORIG_OR_HOST" -> e -> either(originalHost(e), host(e));
                    default -> throw noServerName(parameter);
                };
        return switch (parts[0]) {
            case "SNI_ONLY" -> e -> e.downstream().serverName();
            case "SNI_FIRST" -> e -> either(e.downstream().serverName(), host.apply(e));
            case "HOST_FIRST" -> e -> either(host.apply(e), e.downstream().serverName());
            default -> throw noServerName(parameter);
        };
    }

    private static ConfigProblem noServerName(String parameter) {
        return new ConfigProblem(
                "log_format", "unknown %REQUESTED_SERVER_NAME(" + parameter + ")%");
    }

    private static @Nullable String originalHost(Entry entry) {
        var request = entry.request();
        return request == null ? null : request.get("x-envoy-original-host");
    }

    private static @Nullable String either(@Nullable String one, @Nullable String other) {
        return one == null || one.isEmpty() ? other : one;
    }

    private static @Nullable String host(Entry entry) {
        var request = entry.request();
        return request == null ? null : request.get(":authority");
    }

    private static <T> @Nullable T upstream(Entry entry, Function<UpstreamUse, @Nullable T> of) {
        return entry.upstream() == null ? null : of.apply(entry.upstream());
    }

    private static @Nullable String named(UpstreamUse use) {
        var name = Operators.blank(use.hostName());
        return name == null ? shown(use.host()) : name;
    }

    private static @Nullable String attempted(
            Entry entry, Function<@Nullable InetSocketAddress, @Nullable String> shown) {
        var use = entry.upstream();
        if (use == null || use.host() == null) {
            return null;
        }
        var all =
                use.tried().isEmpty()
                        ? List.of(use.host())
                        : new java.util.ArrayList<>(use.tried());
        if (!use.tried().isEmpty() && use.attempts() > use.tried().size()) {
            all.add(use.host());
        }
        return all.stream().map(shown).collect(Collectors.joining(","));
    }

    private static @Nullable String failure(Entry entry) {
        return underscored(upstream(entry, UpstreamUse::transportFailure));
    }

    /// A text that stays one word in a line.
    private static @Nullable String underscored(@Nullable String text) {
        return text == null || text.isEmpty() ? null : text.replace(' ', '_');
    }

    private static @Nullable String withoutPort(@Nullable String authority) {
        if (authority == null) {
            return null;
        }
        var colon = authority.lastIndexOf(':');
        return colon > authority.lastIndexOf(']') && authority.indexOf(':') == colon
                        || colon > 0 && authority.charAt(colon - 1) == ']'
                ? authority.substring(0, colon)
                : authority;
    }

    private static @Nullable String shown(@Nullable InetSocketAddress address) {
        var host = host(address);
        if (host == null || address == null) {
            return null;
        }
        return address.isUnresolved() // the path of a Unix socket
                ? host
                : new HostPort(host, address.getPort()).toString();
    }

    private static @Nullable String host(@Nullable InetSocketAddress address) {
        if (address == null) {
            return null;
        }
        var ip = address.getAddress();
        return ip == null ? address.getHostString() : NetUtil.toAddressString(ip);
    }
}
