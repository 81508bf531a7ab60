package dev.serin.proxy.extension;

import dev.serin.proxy.expression.Attributes;
import dev.serin.proxy.expression.Expression;
import dev.serin.proxy.http.GrpcStatus;
import dev.serin.proxy.route.HeaderMatch;
import dev.serin.proxy.route.ValueMatch;
import dev.serin.proxy.stream.ConnectionEnd;
import dev.serin.proxy.stream.DynamicMetadata;
import dev.serin.proxy.stream.ResponseFlag;
import dev.serin.proxy.stream.Slots;
import dev.serin.proxy.stream.StreamEnd;
import dev.serin.proxy.stream.Timing;
import dev.serin.proxy.tracing.Trace;

import io.envoyproxy.envoy.config.accesslog.v3.AccessLogFilter;
import io.envoyproxy.envoy.config.accesslog.v3.ComparisonFilter;
import io.envoyproxy.envoy.config.accesslog.v3.ExtensionFilter;
import io.envoyproxy.envoy.config.accesslog.v3.GrpcStatusFilter;
import io.envoyproxy.envoy.config.accesslog.v3.LogTypeFilter;
import io.envoyproxy.envoy.config.accesslog.v3.MetadataFilter;
import io.envoyproxy.envoy.config.accesslog.v3.RuntimeFilter;
import io.envoyproxy.envoy.data.accesslog.v3.AccessLogType;
import io.envoyproxy.envoy.extensions.access_loggers.filters.cel.v3.ExpressionFilter;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.function.LongPredicate;
import java.util.stream.Stream;

/// Which streams and connections are logged, or whose reply of the proxy's own is put otherwise.
/// Immutable. As Envoy's AccessLogFilter.
@FunctionalInterface
public interface LogFilter {
    /// Whether it is one of those.
    boolean test(Seen seen);

    /// What filters look at: a stream, or a connection by itself.
    ///
    /// @param stream null for a connection
    /// @param connection null for a stream
    record Seen(@Nullable StreamEnd stream, @Nullable ConnectionEnd connection) {
        public static Seen of(StreamEnd end) {
            return new Seen(end, null);
        }

        public static Seen of(ConnectionEnd end) {
            return new Seen(null, end);
        }

        int status() {
            return stream == null ? 0 : stream.status();
        }

        long flags() {
            return stream != null ? stream.flags() : connection == null ? 0 : connection.flags();
        }

        long millis() {
            return timing() == null ? 0 : timing().durationMillis();
        }

        @Nullable Timing timing() {
            return stream != null
                    ? stream.timing()
                    : connection == null ? null : connection.timing();
        }

        AccessLogType logType() {
            var live = slots().get(ConnectionEnd.LOG_TYPE);
            return stream != null
                    ? AccessLogType.DownstreamEnd
                    : live == null ? AccessLogType.TcpConnectionEnd : AccessLogType.valueOf(live);
        }

        Slots slots() {
            return stream != null
                    ? stream.slots()
                    : connection == null ? new Slots() : connection.slots();
        }

        Expression.Node attributes() {
            Expression.Node nothing = _ -> null;
            return stream != null
                    ? Attributes.of(stream, nothing)
                    : connection == null ? nothing : Attributes.of(connection, nothing);
        }
    }

    /// @throws ConfigProblem naming the filter that cannot be done
    static LogFilter of(AccessLogFilter filter) throws ConfigProblem {
        return switch (filter.getFilterSpecifierCase()) {
            case RESPONSE_FLAG_FILTER -> flags(filter.getResponseFlagFilter().getFlagsList());
            case STATUS_CODE_FILTER -> {
                var compare = compare(filter.getStatusCodeFilter().getComparison());
                yield seen -> compare.test(seen.status());
            }
            case DURATION_FILTER -> {
                var compare = compare(filter.getDurationFilter().getComparison());
                yield seen -> compare.test(seen.millis());
            }
            case NOT_HEALTH_CHECK_FILTER -> _ -> true; // checks are not answered by a filter here
            case TRACEABLE_FILTER ->
                    seen -> {
                        var trace = seen.slots().get(Trace.SLOT);
                        var stream = seen.stream();
                        return trace != null
                                && stream != null
                                && trace.sampled()
                                && stream.request().headers().has("x-envoy-force-trace");
                    };
            case RUNTIME_FILTER -> share(filter.getRuntimeFilter());
            case AND_FILTER -> {
                var parts = parts(filter.getAndFilter().getFiltersList());
                yield seen -> parts.stream().allMatch(p -> p.test(seen));
            }
            case OR_FILTER -> {
                var parts = parts(filter.getOrFilter().getFiltersList());
                yield seen -> parts.stream().anyMatch(p -> p.test(seen));
            }
            case HEADER_FILTER -> {
                var match = HeaderMatch.of(filter.getHeaderFilter().getHeader());
                yield seen ->
                        seen.stream() == null
                                ? match.missing()
                                : match.test(seen.stream().request());
            }
            case GRPC_STATUS_FILTER -> grpcStatus(filter.getGrpcStatusFilter());
            case METADATA_FILTER -> metadata(filter.getMetadataFilter());
            case LOG_TYPE_FILTER -> logType(filter.getLogTypeFilter());
            case EXTENSION_FILTER -> expression(filter.getExtensionFilter());
            case FILTERSPECIFIER_NOT_SET ->
                    throw new ConfigProblem("filter", "a filter has nothing to filter by");
        };
    }

    private static List<LogFilter> parts(List<AccessLogFilter> filters) throws ConfigProblem {
        var parts = new ArrayList<LogFilter>();
        for (var part : filters) {
            parts.add(of(part));
        }
        return parts;
    }

    private static LogFilter flags(List<String> names) throws ConfigProblem {
        if (names.isEmpty()) {
            return seen -> seen.flags() != 0;
        }
        var wanted = 0L;
        for (var name : names) {
            wanted |=
                    Stream.of(ResponseFlag.values())
                            .filter(f -> f.shown().equals(name))
                            .findFirst()
                            .orElseThrow(() ->
                                    new ConfigProblem(
                                            "response_flag_filter.flags", "unknown flag " + name))
                            .bit();
        }
        var bits = wanted;
        return seen -> (seen.flags() & bits) != 0;
    }

    private static LongPredicate compare(ComparisonFilter comparison) throws ConfigProblem {
        long limit = comparison.getValue().getDefaultValue();
        return switch (comparison.getOp()) {
            case EQ -> value -> value == limit;
            case GE -> value -> value >= limit;
            case LE -> value -> value <= limit;
            case UNRECOGNIZED -> throw new ConfigProblem("comparison.op", "unknown value");
        };
    }

    /// A share of the streams: by their request id, so that all proxies on the way log the same
    /// ones; without one by when they began, to the nanosecond.
    private static LogFilter share(RuntimeFilter filter) {
        var percent = filter.getPercentSampled();
        long most = percent.getNumerator();
        var of =
                switch (percent.getDenominator()) {
                    case TEN_THOUSAND -> 10_000L;
                    case MILLION -> 1_000_000L;
                    case HUNDRED, UNRECOGNIZED -> 100L;
                };
        var own = filter.getUseIndependentRandomness();
        return seen -> {
            var id =
                    own || seen.stream() == null
                            ? null
                            : seen.stream().request().get("x-request-id");
            var number = id == null ? -1 : hex(id);
            var timing = seen.timing();
            return (number >= 0 ? number : timing == null ? 0 : timing.start() & Long.MAX_VALUE)
                            % of
                    < most;
        };
    }

    /// The first eight digits of a UUID; -1 if they are none.
    private static long hex(String id) {
        try {
            return id.length() < 8 ? -1 : Long.parseLong(id, 0, 8, 16);
        } catch (NumberFormatException e) {
            return -1;
        }
    }

    private static LogFilter grpcStatus(GrpcStatusFilter filter) {
        var numbers = new HashSet<Long>();
        filter.getStatusesValueList().forEach(s -> numbers.add((long) s));
        var exclude = filter.getExclude();
        return seen -> {
            var end = seen.stream();
            var status =
                    end == null
                            ? GrpcStatus.UNKNOWN
                            : GrpcStatus.of(end.response(), end.responseTrailers());
            return numbers.contains(status) != exclude;
        };
    }

    private static LogFilter metadata(MetadataFilter filter) throws ConfigProblem {
        var matcher = filter.getMatcher();
        var path = new ArrayList<String>();
        for (var segment : matcher.getPathList()) {
            path.add(segment.getKey());
        }
        var match = matcher.hasValue() ? ValueMatch.of(matcher.getValue()) : null;
        var missing = !filter.hasMatchIfKeyNotFound() || filter.getMatchIfKeyNotFound().getValue();
        var namespace = matcher.getFilter();
        return seen -> {
            var value = DynamicMetadata.at(DynamicMetadata.get(seen.slots(), namespace), path);
            return value == null ? missing : match != null && match.test(value);
        };
    }

    private static LogFilter logType(LogTypeFilter filter) {
        var types = filter.getTypesList();
        var exclude = filter.getExclude();
        return seen -> types.contains(seen.logType()) != exclude;
    }

    private static LogFilter expression(ExtensionFilter filter) throws ConfigProblem {
        var config = ExtensionConfig.of(filter.getName(), filter.getTypedConfig());
        if (!config.type().equals(ExpressionFilter.getDescriptor().getFullName())) {
            throw new ConfigProblem(
                    "extension_filter",
                    "'" + filter.getName() + "' of type " + config.type() + " is not supported");
        }
        var expression = Expression.compile(config.as(ExpressionFilter.parser()).getExpression());
        return seen -> expression.holds(seen.attributes());
    }
}
