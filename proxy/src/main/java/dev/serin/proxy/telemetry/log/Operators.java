package dev.serin.proxy.telemetry.log;

import dev.serin.base.net.HostPort;
import dev.serin.proxy.extension.ConfigProblem;
import dev.serin.proxy.stream.ResponseFlag;
import dev.serin.proxy.stream.StreamEnd;
import dev.serin.proxy.stream.UpstreamUse;

import org.jspecify.annotations.Nullable;

import java.net.InetSocketAddress;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;

/// The operators of Envoy's access log formats, by name.
final class Operators {
    private static final DateTimeFormatter START_TIME =
            DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSS'Z'", Locale.ROOT)
                    .withZone(ZoneOffset.UTC);

    /// Those without a parameter.
    private static final Map<String, Operator> PLAIN =
            Map.ofEntries(
                    Map.entry("PROTOCOL", Operators::protocol),
                    Map.entry("RESPONSE_CODE", e -> (long) e.status()),
                    Map.entry("RESPONSE_FLAGS", e -> flags(e.flags())),
                    Map.entry("RESPONSE_CODE_DETAILS", stream(s -> blank(s.details()))),
                    Map.entry("CONNECTION_TERMINATION_DETAILS", LogEntry::connectionDetails),
                    Map.entry("BYTES_RECEIVED", e -> e.traffic().received()),
                    Map.entry("BYTES_SENT", e -> e.traffic().sent()),
                    Map.entry("DOWNSTREAM_HEADER_BYTES_RECEIVED", e -> e.traffic().receivedHead()),
                    Map.entry("DOWNSTREAM_HEADER_BYTES_SENT", e -> e.traffic().sentHead()),
                    Map.entry(
                            "DOWNSTREAM_WIRE_BYTES_RECEIVED",
                            e -> e.traffic().received() + e.traffic().receivedHead()),
                    Map.entry(
                            "DOWNSTREAM_WIRE_BYTES_SENT",
                            e -> e.traffic().sent() + e.traffic().sentHead()),
                    Map.entry("DURATION", e -> e.timing().durationMillis()),
                    Map.entry("REQUEST_DURATION", e -> since(e, e.timing().requestEnd())),
                    Map.entry("RESPONSE_DURATION", e -> since(e, e.timing().upstreamFirst())),
                    Map.entry("RESPONSE_TX_DURATION", Operators::transmission),
                    Map.entry("UPSTREAM_HOST", upstream(u -> address(u.host()))),
                    Map.entry("UPSTREAM_REMOTE_ADDRESS", upstream(u -> address(u.host()))),
                    Map.entry("UPSTREAM_LOCAL_ADDRESS", upstream(u -> address(u.local()))),
                    Map.entry("UPSTREAM_CLUSTER", upstream(UpstreamUse::cluster)),
                    Map.entry("UPSTREAM_CLUSTER_RAW", upstream(UpstreamUse::cluster)),
                    Map.entry("UPSTREAM_REQUEST_ATTEMPT_COUNT", Operators::attempts),
                    Map.entry(
                            "UPSTREAM_TRANSPORT_FAILURE_REASON",
                            upstream(UpstreamUse::transportFailure)),
                    Map.entry("DOWNSTREAM_LOCAL_ADDRESS", e -> address(e.downstream().local())),
                    Map.entry(
                            "DOWNSTREAM_LOCAL_ADDRESS_WITHOUT_PORT",
                            e -> host(e.downstream().local())),
                    Map.entry(
                            "DOWNSTREAM_LOCAL_PORT", e -> (long) e.downstream().local().getPort()),
                    Map.entry("DOWNSTREAM_REMOTE_ADDRESS", e -> address(e.downstream().remote())),
                    Map.entry(
                            "DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT",
                            e -> host(e.downstream().remote())),
                    Map.entry(
                            "DOWNSTREAM_REMOTE_PORT",
                            e -> (long) e.downstream().remote().getPort()),
                    Map.entry(
                            "DOWNSTREAM_DIRECT_REMOTE_ADDRESS",
                            e -> address(e.downstream().remote())),
                    Map.entry(
                            "DOWNSTREAM_DIRECT_REMOTE_ADDRESS_WITHOUT_PORT",
                            e -> host(e.downstream().remote())),
                    Map.entry("DOWNSTREAM_PEER_URI_SAN", e -> e.downstream().peerIdentity()),
                    Map.entry("REQUESTED_SERVER_NAME", e -> e.downstream().serverName()),
                    Map.entry("CONNECTION_ID", e -> e.downstream().id()),
                    Map.entry("ROUTE_NAME", stream(s -> blank(s.routeName()))));

    private Operators() {}

    /// The operator `name(parameter)`.
    ///
    /// @throws ConfigProblem naming it if it is not known
    static Operator named(String name, @Nullable String parameter) throws ConfigProblem {
        if (name.equals("START_TIME")) {
            return Times.startTime(START_TIME, parameter);
        }
        if (parameter == null) {
            var plain = PLAIN.get(name);
            if (plain != null) {
                return plain;
            }
            throw unknown(name);
        }
        return switch (name) {
            case "REQ" -> {
                var names = headerNames(parameter);
                yield e -> {
                    var head = e.request();
                    return head == null ? null : first(names, head::get);
                };
            }
            case "RESP" -> {
                var names = headerNames(parameter);
                yield e -> {
                    var head = e.response();
                    return head == null ? null : first(names, head::get);
                };
            }
            case "TRAILER" -> {
                var names = headerNames(parameter);
                yield e -> {
                    var trailers = e.trailers();
                    return trailers == null ? null : first(names, trailers::joined);
                };
            }
            case "GRPC_STATUS", "GRPC_STATUS_NUMBER" -> Operators::grpcStatus;
            default -> throw unknown(name);
        };
    }

    private static ConfigProblem unknown(String name) {
        return new ConfigProblem("log_format", "unknown operator %" + name + "%");
    }

    /// `NAME` or `NAME?OTHER`, in lower case.
    private static String[] headerNames(String parameter) {
        return parameter.toLowerCase(Locale.ROOT).split("\\?", 2);
    }

    private static @Nullable String first(
            String[] names, Function<String, @Nullable String> header) {
        for (var name : names) {
            var value = header.apply(name);
            if (value != null) {
                return value;
            }
        }
        return null;
    }

    private static Operator stream(Function<StreamEnd, @Nullable String> value) {
        return e -> e.stream() == null ? null : value.apply(e.stream());
    }

    private static Operator upstream(Function<UpstreamUse, @Nullable String> value) {
        return e -> e.upstream() == null ? null : value.apply(e.upstream());
    }

    private static @Nullable Object protocol(LogEntry entry) {
        var request = entry.request();
        return request == null ? null : request.protocol().shown();
    }

    private static @Nullable Object attempts(LogEntry entry) {
        return entry.upstream() == null ? null : (long) entry.upstream().attempts();
    }

    private static @Nullable Object since(LogEntry entry, long station) {
        return station == 0 ? null : (station - entry.timing().start()) / 1_000_000;
    }

    private static @Nullable Object transmission(LogEntry entry) {
        var timing = entry.timing();
        return timing.upstreamFirst() == 0
                ? null
                : (timing.end() - timing.upstreamFirst()) / 1_000_000;
    }

    private static @Nullable Object grpcStatus(LogEntry entry) {
        var trailers = entry.trailers();
        var status = trailers == null ? null : trailers.get("grpc-status");
        var response = entry.response();
        return status == null && response != null ? response.get("grpc-status") : status;
    }

    private static @Nullable String flags(long flags) {
        return flags == 0 ? null : ResponseFlag.shown(flags);
    }

    private static @Nullable String blank(@Nullable String text) {
        return text == null || text.isEmpty() ? null : text;
    }

    private static @Nullable String address(@Nullable InetSocketAddress address) {
        return address == null ? null : new HostPort(host(address), address.getPort()).toString();
    }

    private static String host(InetSocketAddress address) {
        var ip = address.getAddress();
        return ip == null ? address.getHostString() : ip.getHostAddress();
    }
}
