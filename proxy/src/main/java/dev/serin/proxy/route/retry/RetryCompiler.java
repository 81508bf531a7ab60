package dev.serin.proxy.route.retry;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Parser;
import com.google.protobuf.Value;
import com.google.protobuf.util.Durations;

import dev.serin.proxy.extension.ConfigProblem;
import dev.serin.proxy.route.HeaderMatch;
import dev.serin.proxy.route.retry.RetryPolicy.Pause;
import dev.serin.proxy.route.retry.RetryPolicy.ResetHeader;

import io.envoyproxy.envoy.config.route.v3.HeaderMatcher;
import io.envoyproxy.envoy.config.route.v3.RetryPolicy.RateLimitedRetryBackOff;
import io.envoyproxy.envoy.config.route.v3.RetryPolicy.RetryBackOff;
import io.envoyproxy.envoy.config.route.v3.RetryPolicy.RetryHostPredicate;
import io.envoyproxy.envoy.config.route.v3.RetryPolicy.RetryPriority;
import io.envoyproxy.envoy.extensions.retry.host.omit_host_metadata.v3.OmitHostMetadataConfig;
import io.envoyproxy.envoy.extensions.retry.priority.previous_priorities.v3.PreviousPrioritiesConfig;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/// Compiles Envoy's RetryPolicy.
public final class RetryCompiler {
    private RetryCompiler() {}

    /// @throws ConfigProblem naming the field that cannot be done
    public static RetryPolicy compile(io.envoyproxy.envoy.config.route.v3.RetryPolicy policy)
            throws ConfigProblem {
        try {
            var unknown = RetryWord.unknown(policy.getRetryOn());
            if (unknown != null) {
                throw new ConfigProblem("retry_on", "unknown word '" + unknown + "'");
            }
            if (policy.getRetryOptionsPredicatesCount() > 0) {
                throw new ConfigProblem("retry_options_predicates", "is not supported");
            }
            return new RetryPolicy(
                    RetryWord.bits(policy.getRetryOn()),
                    policy.hasNumRetries() ? policy.getNumRetries().getValue() : 1,
                    Set.copyOf(policy.getRetriableStatusCodesList()),
                    headers(policy.getRetriableHeadersList()),
                    headers(policy.getRetriableRequestHeadersList()),
                    Durations.toMillis(policy.getPerTryTimeout()),
                    Durations.toMillis(policy.getPerTryIdleTimeout()),
                    pause(policy.getRetryBackOff(), policy.getRateLimitedRetryBackOff()),
                    hosts(policy));
        } catch (ConfigProblem e) {
            throw e.under("retry_policy");
        }
    }

    private static List<HeaderMatch> headers(List<HeaderMatcher> matchers) throws ConfigProblem {
        var headers = new ArrayList<HeaderMatch>();
        for (var matcher : matchers) {
            headers.add(HeaderMatch.of(matcher));
        }
        return List.copyOf(headers);
    }

    private static Pause pause(RetryBackOff backOff, RateLimitedRetryBackOff limited)
            throws ConfigProblem {
        var base = 25L;
        if (backOff.hasBaseInterval()) {
            base = Math.max(1, Durations.toMillis(backOff.getBaseInterval()));
        }
        var max = base * 10;
        if (backOff.hasMaxInterval()) {
            max = Math.max(1, Durations.toMillis(backOff.getMaxInterval()));
        }
        if (max < base) {
            throw new ConfigProblem("retry_back_off.max_interval", "is less than base_interval");
        }
        var resets =
                limited.getResetHeadersList().stream()
                        .map(h ->
                                new ResetHeader(
                                        h.getName().toLowerCase(Locale.ROOT),
                                        switch (h.getFormat()) {
                                            case SECONDS, UNRECOGNIZED -> false;
                                            case UNIX_TIMESTAMP -> true;
                                        }))
                        .toList();
        return new Pause(
                base,
                max,
                resets,
                limited.hasMaxInterval() ? Durations.toMillis(limited.getMaxInterval()) : 300_000);
    }

    private static HostChoice hosts(io.envoyproxy.envoy.config.route.v3.RetryPolicy policy)
            throws ConfigProblem {
        var previous = false;
        var canaries = false;
        var omitted = new ArrayList<Map<String, Value>>();
        for (var predicate : policy.getRetryHostPredicateList()) {
            var name = kind(predicate.getName(), predicate.getTypedConfig());
            if (name.endsWith("previous_hosts")) {
                previous = true;
            } else if (name.endsWith("omit_canary_hosts")) {
                canaries = true;
            } else if (name.endsWith("omit_host_metadata")) {
                omitted.add(omitted(predicate));
            } else {
                throw new ConfigProblem("retry_host_predicate", "'" + name + "' is not supported");
            }
        }
        var attempts = policy.getHostSelectionRetryMaxAttempts();
        return new HostChoice(
                previous,
                canaries,
                List.copyOf(omitted),
                policy.hasRetryPriority() ? priorityEvery(policy.getRetryPriority()) : 0,
                attempts <= 0 ? 1 : (int) Math.min(attempts, 100));
    }

    private static Map<String, Value> omitted(RetryHostPredicate predicate) throws ConfigProblem {
        var config =
                parse(
                        "retry_host_predicate",
                        predicate.getTypedConfig(),
                        OmitHostMetadataConfig.parser());
        var lb = config.getMetadataMatch().getFilterMetadataMap().get("envoy.lb");
        if (lb == null || config.getMetadataMatch().getFilterMetadataCount() > 1) {
            throw new ConfigProblem(
                    "retry_host_predicate.metadata_match", "must be of 'envoy.lb' and no other");
        }
        return lb.getFieldsMap();
    }

    /// Which extension it is: by the type of its configuration, else by its name.
    private static String kind(String name, com.google.protobuf.Any config) {
        return switch (config.getTypeUrl().substring(config.getTypeUrl().lastIndexOf('.') + 1)) {
            case "PreviousHostsPredicate" -> "previous_hosts";
            case "OmitCanaryHostsPredicate" -> "omit_canary_hosts";
            case "OmitHostMetadataConfig" -> "omit_host_metadata";
            case "PreviousPrioritiesConfig" -> "previous_priorities";
            default -> name;
        };
    }

    private static int priorityEvery(RetryPriority priority) throws ConfigProblem {
        var name = kind(priority.getName(), priority.getTypedConfig());
        if (!name.endsWith("previous_priorities")) {
            throw new ConfigProblem("retry_priority", "'" + name + "' is not supported");
        }
        var config =
                parse(
                        "retry_priority",
                        priority.getTypedConfig(),
                        PreviousPrioritiesConfig.parser());
        if (config.getUpdateFrequency() <= 0) {
            throw new ConfigProblem("retry_priority.update_frequency", "must be above 0");
        }
        return config.getUpdateFrequency();
    }

    private static <M> M parse(String field, com.google.protobuf.Any any, Parser<M> parser)
            throws ConfigProblem {
        try {
            return parser.parseFrom(any.getValue());
        } catch (InvalidProtocolBufferException e) {
            throw new ConfigProblem(field, "does not parse: " + e.getMessage());
        }
    }
}
