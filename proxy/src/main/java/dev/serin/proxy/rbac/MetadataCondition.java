package dev.serin.proxy.rbac;

import com.google.protobuf.Value;

import dev.serin.proxy.extension.ConfigProblem;
import dev.serin.proxy.route.TextMatch;
import dev.serin.proxy.stream.DynamicMetadata;

import io.envoyproxy.envoy.config.rbac.v3.MetadataSource;
import io.envoyproxy.envoy.config.rbac.v3.SourcedMetadata;
import io.envoyproxy.envoy.type.matcher.v3.DoubleMatcher;
import io.envoyproxy.envoy.type.matcher.v3.MetadataMatcher;
import io.envoyproxy.envoy.type.matcher.v3.ValueMatcher;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;

/// A condition on what filters found out, or on what the route says of itself. As Envoy's
/// MetadataMatcher.
final class MetadataCondition {
    private MetadataCondition() {}

    /// A condition on one value.
    private interface ValueMatch {
        boolean test(@Nullable Value value);
    }

    static Condition dynamic(MetadataMatcher matcher) throws ConfigProblem {
        return of(matcher, false);
    }

    static Condition of(SourcedMetadata sourced) throws ConfigProblem {
        return of(
                sourced.getMetadataMatcher(), sourced.getMetadataSource() == MetadataSource.ROUTE);
    }

    private static Condition of(MetadataMatcher matcher, boolean ofRoute) throws ConfigProblem {
        var path = new ArrayList<String>();
        for (var segment : matcher.getPathList()) {
            path.add(segment.getKey());
        }
        var match = match(matcher.getValue());
        var filter = matcher.getFilter();
        var invert = matcher.getInvert();
        return visit -> {
            var struct =
                    ofRoute
                            ? visit.routeMetadata().get(filter)
                            : DynamicMetadata.get(visit.slots(), filter);
            return match.test(DynamicMetadata.at(struct, path)) != invert;
        };
    }

    private static ValueMatch match(ValueMatcher matcher) throws ConfigProblem {
        return switch (matcher.getMatchPatternCase()) {
            case NULL_MATCH -> value -> value != null && value.hasNullValue();
            case PRESENT_MATCH -> {
                var present = matcher.getPresentMatch();
                yield value -> (value != null) == present;
            }
            case BOOL_MATCH -> {
                var wanted = matcher.getBoolMatch();
                yield value ->
                        value != null && value.hasBoolValue() && value.getBoolValue() == wanted;
            }
            case STRING_MATCH -> {
                var text = TextMatch.of(matcher.getStringMatch());
                yield value ->
                        value != null
                                && value.hasStringValue()
                                && text.test(value.getStringValue());
            }
            case DOUBLE_MATCH -> number(matcher.getDoubleMatch());
            case LIST_MATCH -> {
                var one = match(matcher.getListMatch().getOneOf());
                yield value ->
                        value != null
                                && value.hasListValue()
                                && value.getListValue().getValuesList().stream()
                                        .anyMatch(one::test);
            }
            case OR_MATCH -> {
                var parts = new ArrayList<ValueMatch>();
                for (var part : matcher.getOrMatch().getValueMatchersList()) {
                    parts.add(match(part));
                }
                yield value -> parts.stream().anyMatch(p -> p.test(value));
            }
            case MATCHPATTERN_NOT_SET -> throw new ConfigProblem("metadata.value", "is missing");
        };
    }

    private static ValueMatch number(DoubleMatcher matcher) throws ConfigProblem {
        return switch (matcher.getMatchPatternCase()) {
            case EXACT ->
                    value ->
                            value != null
                                    && value.hasNumberValue()
                                    && value.getNumberValue() == matcher.getExact();
            case RANGE ->
                    value ->
                            value != null
                                    && value.hasNumberValue()
                                    && value.getNumberValue() >= matcher.getRange().getStart()
                                    && value.getNumberValue() < matcher.getRange().getEnd();
            case MATCHPATTERN_NOT_SET ->
                    throw new ConfigProblem("metadata.double_match", "is missing");
        };
    }
}
