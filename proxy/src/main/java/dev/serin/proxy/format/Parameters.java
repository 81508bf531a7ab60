package dev.serin.proxy.format;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;

import dev.serin.proxy.extension.ConfigProblem;
import dev.serin.proxy.stream.DynamicMetadata;
import dev.serin.proxy.stream.FilterState;
import dev.serin.proxy.stream.RouteUse;
import dev.serin.proxy.stream.Timing;
import dev.serin.proxy.stream.UpstreamUse;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.ToLongFunction;

/// The operators with a parameter that is more than a header's name.
final class Parameters {
    private Parameters() {}

    /// `NAMESPACE:KEY:…` of some metadata.
    static Operator metadata(
            String parameter, Function<Entry, Function<String, @Nullable Struct>> of) {
        var parts = List.of(parameter.split(":", -1));
        var namespace = parts.getFirst();
        var path = parts.subList(1, parts.size());
        return e -> {
            var struct = of.apply(e).apply(namespace);
            if (struct == null) {
                return null;
            }
            return path.isEmpty()
                    ? json(Value.newBuilder().setStructValue(struct).build())
                    : plain(DynamicMetadata.at(struct, path));
        };
    }

    static Operator dynamic(String parameter) {
        return metadata(parameter, e -> n -> DynamicMetadata.get(e.slots(), n));
    }

    static Operator cluster(String parameter) {
        return metadata(parameter, e -> n -> upstream(e, u -> u.clusterMetadata().get(n)));
    }

    static Operator host(String parameter) {
        return metadata(parameter, e -> n -> upstream(e, u -> u.hostMetadata().get(n)));
    }

    private static @Nullable Struct upstream(
            Entry entry, Function<UpstreamUse, @Nullable Struct> of) {
        return entry.upstream() == null ? null : of.apply(entry.upstream());
    }

    /// `TYPE:NAMESPACE:KEY…`.
    static Operator typedMetadata(String parameter) throws ConfigProblem {
        var colon = parameter.indexOf(':');
        var rest = parameter.substring(colon + 1);
        return switch (colon < 0 ? "" : parameter.substring(0, colon)) {
            case "DYNAMIC" -> dynamic(rest);
            case "CLUSTER" -> cluster(rest);
            case "UPSTREAM_HOST" -> host(rest);
            case "ROUTE" -> route(rest, RouteUse::metadata);
            case "VIRTUAL_HOST" -> route(rest, RouteUse::hostMetadata);
            default ->
                    throw new ConfigProblem("log_format", "unknown %METADATA(" + parameter + ")%");
        };
    }

    private static Operator route(String parameter, Function<RouteUse, Map<String, Struct>> whose) {
        return metadata(
                parameter,
                e ->
                        name ->
                                e.stream() == null || e.stream().route() == null
                                        ? null
                                        : whose.apply(e.stream().route()).get(name));
    }

    static Operator filterState(String parameter) throws ConfigProblem {
        var parts = parameter.split(":", 3);
        var name = parts[0];
        if (parts.length > 1 && !List.of("PLAIN", "TYPED", "FIELD").contains(parts[1])) {
            throw new ConfigProblem("log_format", "unknown %FILTER_STATE(" + parameter + ")%");
        }
        if (parts.length > 1 && !parts[1].equals("TYPED")) {
            return e -> FilterState.get(e.slots(), name);
        }
        return e -> {
            var fields = FilterState.fields(e.slots(), name);
            return fields == null ? FilterState.get(e.slots(), name) : JsonText.fields(fields);
        };
    }

    static Operator environment(String name) {
        var value = System.getenv(name);
        return _ -> value;
    }

    /// `START:END:PRECISION`, as `DS_RX_BEG:US_TX_BEG:us`.
    static Operator duration(String parameter) throws ConfigProblem {
        var parts = parameter.split(":", -1);
        if (parts.length != 3) {
            throw new ConfigProblem(
                    "log_format", "%COMMON_DURATION(" + parameter + ")% needs START:END:PRECISION");
        }
        var from = station(parts[0]);
        var to = station(parts[1]);
        var divisor =
                switch (parts[2]) {
                    case "ms" -> 1_000_000L;
                    case "us" -> 1_000L;
                    case "ns" -> 1L;
                    default ->
                            throw new ConfigProblem(
                                    "log_format", "unknown precision '" + parts[2] + "'");
                };
        return e -> {
            var start = from.applyAsLong(e.timing());
            var end = to.applyAsLong(e.timing());
            return start == 0 || end == 0 ? null : (end - start) / divisor;
        };
    }

    private static ToLongFunction<Timing> station(String name) throws ConfigProblem {
        return switch (name) {
            case "DS_RX_BEG" -> Timing::start;
            case "DS_RX_END" -> Timing::requestEnd;
            case "US_CX_BEG", "US_CX_END", "US_HS_END", "US_TX_BEG" -> Timing::upstreamStart;
            case "US_TX_END" -> Timing::requestEnd;
            case "US_RX_BEG" -> Timing::upstreamFirst;
            case "US_RX_END" -> Timing::upstreamEnd;
            case "DS_TX_BEG" -> Timing::responseFirst;
            case "DS_TX_END" -> Timing::end;
            default -> throw new ConfigProblem("log_format", "unknown time point '" + name + "'");
        };
    }

    /// A gRPC status by number or name.
    static Operator grpcStatus(String form) throws ConfigProblem {
        return switch (form) {
            case "", "CAMEL_STRING" -> e -> GrpcStatuses.camel(GrpcStatuses.of(e));
            case "SNAKE_STRING" -> e -> GrpcStatuses.snake(GrpcStatuses.of(e));
            case "NUMBER" -> GrpcStatuses::of;
            default ->
                    throw new ConfigProblem(
                            "log_format", "unknown form '" + form + "' of %GRPC_STATUS%");
        };
    }

    private static @Nullable Object plain(@Nullable Value value) {
        if (value == null) {
            return null;
        }
        return switch (value.getKindCase()) {
            case STRING_VALUE -> value.getStringValue();
            case BOOL_VALUE -> value.getBoolValue();
            case NUMBER_VALUE -> number(value.getNumberValue());
            case STRUCT_VALUE, LIST_VALUE -> json(value);
            case NULL_VALUE, KIND_NOT_SET -> null;
        };
    }

    static Object number(double value) {
        return value == Math.rint(value) ? (Object) (long) value : (Object) value;
    }

    private static Object json(Value value) {
        var text = new StringBuilder();
        JsonText.value(value, text);
        return new Json(text.toString());
    }

    /// Text that is JSON already.
    record Json(String text) {
        @Override
        public String toString() {
            return text;
        }
    }
}
