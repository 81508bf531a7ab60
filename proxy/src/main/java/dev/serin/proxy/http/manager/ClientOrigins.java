package dev.serin.proxy.http.manager;

import com.google.protobuf.InvalidProtocolBufferException;

import dev.serin.base.net.Cidr;
import dev.serin.proxy.extension.ConfigProblem;
import dev.serin.proxy.http.Headers;
import dev.serin.proxy.http.filter.LocalReply;
import dev.serin.proxy.socket.IpLiteral;
import dev.serin.proxy.stream.Downstream;

import io.envoyproxy.envoy.config.core.v3.TypedExtensionConfig;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import io.envoyproxy.envoy.extensions.http.original_ip_detection.custom_header.v3.CustomHeaderConfig;
import io.envoyproxy.envoy.extensions.http.original_ip_detection.xff.v3.XffConfig;

import org.jspecify.annotations.Nullable;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// How the client's address is found other than by its connection, the first that finds one. As
/// Envoy's `original_ip_detection_extensions`. Immutable.
record ClientOrigins(List<Way> ways) {
    private static final String FIELD = "original_ip_detection_extensions";

    /// One of them.
    sealed interface Way {
        /// Null for nothing found.
        @Nullable Found find(Headers headers, Downstream downstream);

        /// Whether the connection's address is added to `x-forwarded-for`.
        boolean appends(Downstream downstream);
    }

    /// @param mayBeInside whether the address may tell that the request comes from inside
    record Found(InetAddress address, boolean mayBeInside) {}

    /// By `x-forwarded-for`.
    ///
    /// @param hops whose entries are believed and left out
    /// @param trusted proxies whose entries are; empty to count by `hops`
    /// @param appends whether the connection's address is added there
    record Forwarded(int hops, List<Cidr> trusted, boolean appends) implements Way {
        @Override
        public boolean appends(Downstream downstream) {
            return appends || !trusted.isEmpty() && !trusts(downstream.remote().getAddress());
        }

        @Override
        public @Nullable Found find(Headers headers, Downstream downstream) {
            var forwarded = headers.joined("x-forwarded-for");
            if (forwarded == null) {
                return null;
            }
            if (trusted.isEmpty()) {
                var told = EdgeHeaders.told(forwarded, hops);
                return told == null ? null : new Found(told, hops == 0 && !several(forwarded));
            }
            if (!trusts(downstream.remote().getAddress())) {
                return null;
            }
            InetAddress last = null;
            var entries = forwarded.split(",", -1);
            for (var i = entries.length - 1; i >= 0; i--) {
                var address = literal(entries[i].strip());
                if (address == null) {
                    return null;
                }
                last = address;
                if (!trusts(address)) {
                    break;
                }
            }
            return last == null ? null : new Found(last, entries.length == 1);
        }

        private boolean trusts(InetAddress address) {
            return trusted.stream().anyMatch(c -> c.holds(address));
        }

        private static boolean several(String forwarded) {
            return forwarded.indexOf(',') >= 0;
        }
    }

    /// By a header of another name.
    ///
    /// @param inside whether the address may tell that the request comes from inside
    /// @param refusal status of the answer where the header tells no address; 0 to go on
    record Named(String header, boolean inside, int refusal) implements Way {
        @Override
        public @Nullable Found find(Headers headers, Downstream downstream) {
            var said = headers.get(header);
            var address = said == null ? null : literal(said);
            return address == null ? null : new Found(address, inside);
        }

        @Override
        public boolean appends(Downstream downstream) {
            return false;
        }
    }

    static @Nullable ClientOrigins of(HttpConnectionManager config) throws ConfigProblem {
        if (config.getOriginalIpDetectionExtensionsCount() == 0) {
            return null;
        }
        if (config.getUseRemoteAddress().getValue()) {
            throw new ConfigProblem(FIELD, "cannot stand beside use_remote_address");
        }
        if (config.getXffNumTrustedHops() > 0) {
            throw new ConfigProblem(FIELD, "cannot stand beside xff_num_trusted_hops");
        }
        var ways = new ArrayList<Way>();
        for (var extension : config.getOriginalIpDetectionExtensionsList()) {
            ways.add(way(extension));
        }
        return new ClientOrigins(List.copyOf(ways));
    }

    private static Way way(TypedExtensionConfig config) throws ConfigProblem {
        var any = config.getTypedConfig();
        try {
            return switch (any.getTypeUrl().substring(any.getTypeUrl().lastIndexOf('.') + 1)) {
                case "XffConfig" -> forwarded(XffConfig.parseFrom(any.getValue()));
                case "CustomHeaderConfig" -> named(CustomHeaderConfig.parseFrom(any.getValue()));
                default ->
                        throw new ConfigProblem(
                                FIELD, "'" + config.getName() + "' is not supported");
            };
        } catch (InvalidProtocolBufferException e) {
            throw new ConfigProblem(FIELD, "does not parse: " + e.getMessage());
        }
    }

    private static Forwarded forwarded(XffConfig config) throws ConfigProblem {
        if (config.hasXffTrustedCidrs() && config.getXffNumTrustedHops() > 0) {
            throw new ConfigProblem(
                    FIELD, "xff_trusted_cidrs and xff_num_trusted_hops exclude each other");
        }
        return new Forwarded(
                config.getXffNumTrustedHops(),
                ManagerCompiler.cidrs(
                        FIELD + ".xff_trusted_cidrs", config.getXffTrustedCidrs().getCidrsList()),
                config.hasSkipXffAppend() && !config.getSkipXffAppend().getValue());
    }

    private static Named named(CustomHeaderConfig config) throws ConfigProblem {
        if (config.getHeaderName().isEmpty()) {
            throw new ConfigProblem(FIELD + ".header_name", "is missing");
        }
        var status = config.getRejectWithStatus().getCodeValue();
        return new Named(
                config.getHeaderName().toLowerCase(Locale.ROOT),
                config.getAllowExtensionToSetAddressAsTrusted(),
                !config.hasRejectWithStatus() ? 0 : status >= 400 && status < 512 ? status : 403);
    }

    /// The first address that is found, the header `x-forwarded-for` grown as the ways want it.
    @Nullable Found find(Headers headers, Downstream downstream) {
        for (var way : ways) {
            var found = way.find(headers, downstream);
            if (way.appends(downstream)) {
                EdgeHeaders.appendForwarded(headers, downstream);
            }
            if (found != null) {
                return found;
            }
        }
        return null;
    }

    /// What a request gets that does not say where it comes from and has to; null if it may go on.
    @Nullable LocalReply refusal(Headers headers) {
        for (var way : ways) {
            if (way instanceof Named(var header, _, var status) && status != 0) {
                var said = headers.get(header);
                if (said == null || literal(said) == null) {
                    return new LocalReply(status, 0, "rejecting_because_detection_failed", "");
                }
            }
        }
        return null;
    }

    static @Nullable InetAddress literal(String text) {
        try {
            return IpLiteral.of(text);
        } catch (IllegalArgumentException e) {
            return null; // a client may write there what it likes
        }
    }
}
