package dev.serin.proxy.format;

import dev.serin.base.net.HostPort;
import dev.serin.proxy.extension.ConfigProblem;
import dev.serin.proxy.stream.ConnectionEnd;
import dev.serin.proxy.stream.ResponseFlag;
import dev.serin.proxy.stream.StreamEnd;
import dev.serin.proxy.stream.UpstreamUse;
import dev.serin.proxy.tracing.Trace;

import io.netty.util.NetUtil;

import org.jspecify.annotations.Nullable;

import java.net.InetSocketAddress;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Collectors;

/// The operators of Envoy's access log formats, by name.
public final class Operators {
    private static final DateTimeFormatter START_TIME =
            DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSS'Z'", Locale.ROOT)
                    .withZone(ZoneOffset.UTC);

    /// Those without a parameter.
    private static final Map<String, Operator> PLAIN =
            Map.ofEntries(
                    Map.entry("PROTOCOL", Operators::protocol),
                    Map.entry("RESPONSE_CODE", e -> (long) e.status()),
                    Map.entry("RESPONSE_FLAGS", e -> flags(e.flags())),
                    Map.entry(
                            "RESPONSE_CODE_DETAILS",
                            e ->
                                    e.stream() == null
                                            ? e.slots().get(ConnectionEnd.CODE_DETAILS)
                                            : blank(e.stream().details())),
                    Map.entry("CONNECTION_TERMINATION_DETAILS", Entry::connectionDetails),
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
                            upstream(u -> word(u.transportFailure()))),
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
                            e -> address(e.downstream().direct())),
                    Map.entry(
                            "DOWNSTREAM_DIRECT_REMOTE_ADDRESS_WITHOUT_PORT",
                            e -> host(e.downstream().direct())),
                    Map.entry("REQUESTED_SERVER_NAME", e -> e.downstream().serverName()),
                    Map.entry("CONNECTION_ID", e -> e.downstream().id()),
                    Map.entry("RESPONSE_FLAGS_LONG", e -> longFlags(e.flags())),
                    Map.entry("BYTES_RETRANSMITTED", _ -> 0L),
                    Map.entry("PACKETS_RETRANSMITTED", _ -> 0L),
                    Map.entry(
                            "REQUEST_TX_DURATION",
                            e -> between(e.timing().start(), e.timing().requestEnd())),
                    Map.entry("UPSTREAM_HOST_NAME", upstream(u -> address(u.host()))),
                    Map.entry(
                            "UPSTREAM_HOST_NAME_WITHOUT_PORT",
                            upstream(u -> u.host() == null ? null : host(u.host()))),
                    Map.entry(
                            "UPSTREAM_REMOTE_ADDRESS_WITHOUT_PORT",
                            upstream(u -> u.host() == null ? null : host(u.host()))),
                    Map.entry("UPSTREAM_REMOTE_PORT", e -> port(e, UpstreamUse::host)),
                    Map.entry(
                            "UPSTREAM_LOCAL_ADDRESS_WITHOUT_PORT",
                            upstream(u -> u.local() == null ? null : host(u.local()))),
                    Map.entry("UPSTREAM_LOCAL_PORT", e -> port(e, UpstreamUse::local)),
                    Map.entry(
                            "DOWNSTREAM_DIRECT_REMOTE_PORT",
                            e -> (long) e.downstream().direct().getPort()),
                    Map.entry(
                            "DOWNSTREAM_TRANSPORT_FAILURE_REASON",
                            e -> word(e.downstream().transportFailure())),
                    Map.entry("HOSTNAME", _ -> System.getenv("HOSTNAME")),
                    Map.entry("LISTENER_NAME", e -> e.downstream().listener()),
                    Map.entry(
                            "STREAM_ID",
                            e -> e.request() == null ? null : e.request().get("x-request-id")),
                    Map.entry("TRACE_ID", e -> trace(e, Trace::traceId)),
                    Map.entry("SPAN_ID", e -> trace(e, Trace::spanId)),
                    Map.entry("GRPC_STATUS", e -> GrpcStatuses.camel(GrpcStatuses.of(e))),
                    Map.entry("GRPC_STATUS_NUMBER", GrpcStatuses::of),
                    Map.entry(
                            "VIRTUAL_HOST_NAME",
                            stream(s -> s.route() == null ? null : s.route().virtualHost())),
                    Map.entry("VIRTUAL_CLUSTER_NAME", _ -> null),
                    Map.entry(
                            "LOCAL_REPLY_BODY",
                            e -> Objects.requireNonNullElse(e.slots().get(Entry.REPLY_BODY), "")),
                    Map.entry("ACCESS_LOG_TYPE", Operators::logType),
                    Map.entry("ROUTE_NAME", stream(s -> blank(s.routeName()))));

    private static final Map<String, Operator> TLS = TlsOperators.all();

    private Operators() {}

    /// The operator `name(parameter)`.
    ///
    /// @throws ConfigProblem naming it if it is not known
    public static Operator named(String name, @Nullable String parameter) throws ConfigProblem {
        if (name.equals("START_TIME")) {
            return Times.startTime(START_TIME, parameter);
        }
        if (parameter == null) {
            var plain = PLAIN.getOrDefault(name, TLS.get(name));
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
            case "DYNAMIC_METADATA" -> Parameters.dynamic(parameter);
            case "CLUSTER_METADATA" -> Parameters.cluster(parameter);
            case "UPSTREAM_METADATA" -> Parameters.host(parameter);
            case "METADATA" -> Parameters.typedMetadata(parameter);
            case "FILTER_STATE" -> Parameters.filterState(parameter);
            case "ENVIRONMENT" -> Parameters.environment(parameter);
            case "COMMON_DURATION" -> Parameters.duration(parameter);
            case "GRPC_STATUS" -> Parameters.grpcStatus(parameter);
            case "REQ_WITHOUT_QUERY" -> {
                var names = headerNames(parameter);
                yield e -> {
                    var head = e.request();
                    return head == null ? null : withoutQuery(first(names, head::get));
                };
            }
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
            if (value != null && !value.isEmpty()) {
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

    private static @Nullable Object protocol(Entry entry) {
        var request = entry.request();
        return request == null ? null : request.protocol().shown();
    }

    private static @Nullable Object attempts(Entry entry) {
        return entry.upstream() == null ? 0L : (long) entry.upstream().attempts();
    }

    private static @Nullable Object since(Entry entry, long station) {
        return station == 0 ? null : (station - entry.timing().start()) / 1_000_000;
    }

    private static @Nullable Object transmission(Entry entry) {
        var timing = entry.timing();
        return timing.upstreamFirst() == 0
                ? null
                : (timing.end() - timing.upstreamFirst()) / 1_000_000;
    }

    private static @Nullable String withoutQuery(@Nullable String path) {
        var query = path == null ? -1 : path.indexOf('?');
        return path == null || query < 0 ? path : path.substring(0, query);
    }

    private static @Nullable Object trace(Entry entry, Function<Trace, String> value) {
        var trace = entry.slots().get(Trace.SLOT);
        return trace == null ? null : value.apply(trace);
    }

    private static Object logType(Entry entry) {
        return entry.stream() == null ? "TcpConnectionEnd" : "DownstreamEnd";
    }

    private static @Nullable Object between(long from, long to) {
        return to == 0 ? null : (to - from) / 1_000_000;
    }

    private static @Nullable Object port(
            Entry entry, Function<UpstreamUse, @Nullable InetSocketAddress> of) {
        var address = entry.upstream() == null ? null : of.apply(entry.upstream());
        return address == null ? null : (long) address.getPort();
    }

    private static @Nullable String longFlags(long flags) {
        return flags == 0
                ? null
                : ResponseFlag.set(flags).stream()
                        .map(ResponseFlag::longName)
                        .collect(Collectors.joining(","));
    }

    private static @Nullable String flags(long flags) {
        return flags == 0 ? null : ResponseFlag.shown(flags);
    }

    private static @Nullable String blank(@Nullable String text) {
        return text == null || text.isEmpty() ? null : text;
    }

    /// One word of a line, as Envoy makes it.
    private static @Nullable String word(@Nullable String text) {
        return text == null ? null : text.replace(' ', '_');
    }

    private static @Nullable String address(@Nullable InetSocketAddress address) {
        return address == null ? null : new HostPort(host(address), address.getPort()).toString();
    }

    private static String host(InetSocketAddress address) {
        var ip = address.getAddress();
        return ip == null ? address.getHostString() : NetUtil.toAddressString(ip);
    }
}
