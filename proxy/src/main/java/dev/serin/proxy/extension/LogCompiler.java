package dev.serin.proxy.extension;

import dev.serin.proxy.stream.AccessLog;
import dev.serin.proxy.stream.ConnectionEnd;
import dev.serin.proxy.stream.ResponseFlag;
import dev.serin.proxy.stream.StreamEnd;

import io.envoyproxy.envoy.config.accesslog.v3.AccessLogFilter;
import io.envoyproxy.envoy.config.accesslog.v3.ComparisonFilter;

import java.util.ArrayList;
import java.util.List;
import java.util.function.LongPredicate;
import java.util.stream.Stream;

/// Compiles a list of access logs with their filters.
public final class LogCompiler {
    private LogCompiler() {}

    /// @throws ConfigProblem naming the log that cannot be done
    public static List<AccessLog> compile(
            List<io.envoyproxy.envoy.config.accesslog.v3.AccessLog> configs, Extensions extensions)
            throws ConfigProblem {
        var logs = new ArrayList<AccessLog>();
        for (var config : configs) {
            try {
                var log =
                        extensions.accessLog(
                                ExtensionConfig.of(config.getName(), config.getTypedConfig()));
                logs.add(config.hasFilter() ? new Filtered(log, filter(config.getFilter())) : log);
            } catch (ConfigProblem e) {
                throw e.under("access_log['" + config.getName() + "']");
            }
        }
        return List.copyOf(logs);
    }

    /// Whether a line is written, by status and flags.
    private interface Condition {
        boolean test(int status, long flags, long millis);
    }

    private static Condition filter(AccessLogFilter filter) throws ConfigProblem {
        return switch (filter.getFilterSpecifierCase()) {
            case RESPONSE_FLAG_FILTER -> flags(filter.getResponseFlagFilter().getFlagsList());
            case STATUS_CODE_FILTER -> {
                var compare = compare(filter.getStatusCodeFilter().getComparison());
                yield (status, _, _) -> compare.test(status);
            }
            case DURATION_FILTER -> {
                var compare = compare(filter.getDurationFilter().getComparison());
                yield (_, _, millis) -> compare.test(millis);
            }
            case NOT_HEALTH_CHECK_FILTER -> (_, _, _) -> true;
            case AND_FILTER -> {
                var parts = parts(filter.getAndFilter().getFiltersList());
                yield (s, f, m) -> parts.stream().allMatch(p -> p.test(s, f, m));
            }
            case OR_FILTER -> {
                var parts = parts(filter.getOrFilter().getFiltersList());
                yield (s, f, m) -> parts.stream().anyMatch(p -> p.test(s, f, m));
            }
            default ->
                    throw new ConfigProblem(
                            "filter", filter.getFilterSpecifierCase() + " is not supported");
        };
    }

    private static List<Condition> parts(List<AccessLogFilter> filters) throws ConfigProblem {
        var parts = new ArrayList<Condition>();
        for (var part : filters) {
            parts.add(filter(part));
        }
        return parts;
    }

    private static Condition flags(List<String> names) throws ConfigProblem {
        if (names.isEmpty()) {
            return (_, flags, _) -> flags != 0;
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
        return (_, flags, _) -> (flags & bits) != 0;
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

    private record Filtered(AccessLog log, Condition condition) implements AccessLog {
        @Override
        public void ended(StreamEnd end) {
            if (condition.test(end.status(), end.flags(), end.timing().durationMillis())) {
                log.ended(end);
            }
        }

        @Override
        public void ended(ConnectionEnd end) {
            if (condition.test(0, end.flags(), end.timing().durationMillis())) {
                log.ended(end);
            }
        }
    }
}
