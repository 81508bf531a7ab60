package dev.serin.proxy.format;

import static java.util.Map.entry;

import dev.serin.proxy.extension.ConfigProblem;
import dev.serin.proxy.stream.ConnectionEnd;
import dev.serin.proxy.stream.ResponseFlag;
import dev.serin.proxy.stream.StreamEnd;
import dev.serin.proxy.stream.Timing;
import dev.serin.proxy.tracing.Trace;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;

/// Envoy's operators by name: those of the stream itself here, those of its ends in files of their
/// own.
public final class Operators {
    /// Those without a parameter.
    private static final Map<String, Operator> PLAIN = plain();

    /// The machine's name, which does not change while a process lives; null if it has none.
    private static final @Nullable String HOSTNAME = hostname();

    private Operators() {}

    private static @Nullable String hostname() {
        try {
            return blank(Files.readString(Path.of("/proc/sys/kernel/hostname")).strip());
        } catch (IOException e) {
            return System.getenv("HOSTNAME");
        }
    }

    private static Map<String, Operator> plain() {
        var all = new HashMap<String, Operator>(256);
        all.putAll(AddressOperators.all());
        all.putAll(TlsOperators.all());
        all.putAll(ofStream());
        all.putAll(ofTraffic());
        all.putAll(ofTiming());
        return Map.copyOf(all);
    }

    private static Map<String, Operator> ofStream() {
        return Map.ofEntries(
                entry("PROTOCOL", Operators::protocol),
                entry("RESPONSE_CODE", e -> (long) e.status()),
                entry(
                        "RESPONSE_FLAGS",
                        e ->
                                e.stream() == null
                                        ? ResponseFlag.shown(e.flags())
                                        : ResponseFlag.ofStream(e.flags())),
                entry("RESPONSE_FLAGS_LONG", Operators::longFlags),
                entry("RESPONSE_CODE_DETAILS", Operators::details),
                entry("CONNECTION_TERMINATION_DETAILS", Entry::connectionDetails),
                entry("HOSTNAME", _ -> HOSTNAME),
                entry("STREAM_ID", e -> requestId(e)),
                entry("TRACE_ID", e -> trace(e, Trace::traceId)),
                entry("SPAN_ID", e -> trace(e, Trace::spanId)),
                entry("GRPC_STATUS", e -> GrpcStatuses.camel(GrpcStatuses.of(e))),
                entry("GRPC_STATUS_NUMBER", GrpcStatuses::of),
                entry(
                        "VIRTUAL_HOST_NAME",
                        stream(s -> s.route() == null ? null : s.route().virtualHost())),
                entry("VIRTUAL_CLUSTER_NAME", _ -> null),
                entry("CUSTOM_FLAGS", _ -> ""),
                entry("ACCESS_LOG_TYPE", Operators::logType),
                entry(
                        "LOCAL_REPLY_BODY",
                        e -> Objects.requireNonNullElse(e.slots().get(Entry.REPLY_BODY), "")),
                entry("ROUTE_NAME", stream(s -> blank(s.routeName()))));
    }

    private static Map<String, Operator> ofTraffic() {
        return Map.ofEntries(
                entry("BYTES_RECEIVED", e -> e.traffic().received()),
                entry("BYTES_SENT", e -> e.traffic().sent()),
                entry("DOWNSTREAM_HEADER_BYTES_RECEIVED", e -> e.traffic().receivedHead()),
                entry("DOWNSTREAM_HEADER_BYTES_SENT", e -> e.traffic().sentHead()),
                entry(
                        "DOWNSTREAM_WIRE_BYTES_RECEIVED",
                        e -> e.traffic().received() + e.traffic().receivedHead()),
                entry(
                        "DOWNSTREAM_WIRE_BYTES_SENT",
                        e -> e.traffic().sent() + e.traffic().sentHead()),
                entry("REQUEST_HEADERS_BYTES", RequestOperators::requestHeadOctets),
                entry("RESPONSE_HEADERS_BYTES", RequestOperators::responseHeadOctets),
                entry("RESPONSE_TRAILERS_BYTES", RequestOperators::trailerOctets),
                entry("BYTES_RETRANSMITTED", _ -> 0L),
                entry("PACKETS_RETRANSMITTED", _ -> 0L));
    }

    private static Map<String, Operator> ofTiming() {
        return Map.of(
                "DURATION", e -> e.timing().durationMillis(),
                "REQUEST_DURATION", until(Timing::requestEnd),
                "REQUEST_TX_DURATION", until(Timing::requestEnd),
                "RESPONSE_DURATION", until(Timing::upstreamFirst),
                "RESPONSE_TX_DURATION", Operators::transmission);
    }

    /// The operator `name(parameter)`.
    ///
    /// @throws ConfigProblem naming it if it is not known
    public static Operator named(String name, @Nullable String parameter) throws ConfigProblem {
        switch (name) {
            case "START_TIME", "START_TIME_LOCAL" -> {
                return Times.of(Entry::start, name.endsWith("LOCAL"), parameter);
            }
            case "EMIT_TIME", "EMIT_TIME_LOCAL" -> {
                return Times.of(Entry::end, name.endsWith("LOCAL"), parameter);
            }
            case "RESPONSE_CODE_DETAILS" -> {
                if (parameter != null && !parameter.isEmpty()) {
                    return Operators::details; // with blanks, which ours never have
                }
            }
            case "DOWNSTREAM_PEER_CERT_V_START",
                    "DOWNSTREAM_PEER_CERT_V_END",
                    "UPSTREAM_PEER_CERT_V_START",
                    "UPSTREAM_PEER_CERT_V_END" -> {
                if (parameter != null && !parameter.isEmpty()) {
                    return TlsOperators.validity(name, parameter);
                }
            }
            case "QUERY_PARAMS" -> {
                return RequestOperators.query(parameter == null ? "" : parameter);
            }
            case "PATH" -> {
                return RequestOperators.path(parameter == null ? "" : parameter);
            }
            default -> {}
        }
        if (parameter == null || parameter.isEmpty()) {
            var plain = PLAIN.get(name);
            if (plain != null) {
                return plain;
            }
            throw unknown(name);
        }
        if (name.endsWith("_ADDRESS_WITHOUT_PORT")) {
            return AddressOperators.masked(name, parameter);
        }
        return switch (name) {
            case "REQ", "REQUEST_HEADER", "STREAM_INFO_REQ" -> RequestOperators.request(parameter);
            case "RESP", "RESPONSE_HEADER" -> RequestOperators.response(parameter);
            case "TRAILER", "RESPONSE_TRAILER" -> RequestOperators.trailer(parameter);
            case "REQ_WITHOUT_QUERY" -> RequestOperators.withoutQuery(parameter);
            case "QUERY_PARAM" -> RequestOperators.parameter(parameter);
            case "DYNAMIC_METADATA" -> Parameters.dynamic(parameter);
            case "CLUSTER_METADATA" -> Parameters.cluster(parameter);
            case "UPSTREAM_METADATA" -> Parameters.host(parameter);
            case "METADATA" -> Parameters.typedMetadata(parameter);
            case "UPSTREAM_FILTER_STATE" -> _ -> null; // nothing here keeps any
            case "FILTER_STATE" -> Parameters.filterState(parameter);
            case "ENVIRONMENT" -> Parameters.environment(parameter);
            case "COMMON_DURATION" -> Parameters.duration(parameter);
            case "GRPC_STATUS" -> Parameters.grpcStatus(parameter);
            case "REQUESTED_SERVER_NAME" -> AddressOperators.serverName(parameter);
            case "COALESCE" -> Coalesce.of(parameter);
            default -> throw unknown(name);
        };
    }

    private static ConfigProblem unknown(String name) {
        return new ConfigProblem("log_format", "unknown operator %" + name + "%");
    }

    private static Operator stream(Function<StreamEnd, @Nullable String> value) {
        return e -> e.stream() == null ? null : value.apply(e.stream());
    }

    /// From the start to a station, if that was reached.
    private static Operator until(ToLongFunction<Timing> station) {
        return e -> {
            var at = station.applyAsLong(e.timing());
            return at == 0 ? null : (at - e.timing().start()) / 1_000_000;
        };
    }

    private static @Nullable Object transmission(Entry entry) {
        var first = entry.timing().upstreamFirst();
        return first == 0 ? null : (entry.timing().end() - first) / 1_000_000;
    }

    private static @Nullable Object details(Entry entry) {
        return entry.stream() == null
                ? entry.slots().get(ConnectionEnd.CODE_DETAILS)
                : blank(entry.stream().details());
    }

    private static @Nullable Object protocol(Entry entry) {
        var request = entry.request();
        return request == null ? null : request.protocol().shown();
    }

    private static @Nullable Object requestId(Entry entry) {
        return entry.request() == null ? null : entry.request().get("x-request-id");
    }

    private static @Nullable Object trace(Entry entry, Function<Trace, String> value) {
        var trace = entry.slots().get(Trace.SLOT);
        return trace == null ? null : value.apply(trace);
    }

    private static Object logType(Entry entry) {
        return entry.stream() == null
                ? Objects.requireNonNullElse(
                        entry.slots().get(ConnectionEnd.LOG_TYPE), "TcpConnectionEnd")
                : "DownstreamEnd";
    }

    private static String longFlags(Entry entry) {
        return entry.flags() == 0
                ? "-"
                : ResponseFlag.set(entry.flags(), entry.stream() != null).stream()
                        .map(ResponseFlag::longName)
                        .collect(Collectors.joining(","));
    }

    static @Nullable String blank(@Nullable String text) {
        return text == null || text.isEmpty() ? null : text;
    }
}
