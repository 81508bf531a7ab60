package dev.serin.proxy.route;

import com.google.protobuf.Value;

import dev.serin.proxy.extension.ConfigProblem;

import io.envoyproxy.envoy.type.matcher.v3.DoubleMatcher;
import io.envoyproxy.envoy.type.matcher.v3.ValueMatcher;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;

/// A condition on one value of metadata. As Envoy's ValueMatcher.
@FunctionalInterface
public interface ValueMatch {
    /// @param value null if there is none
    boolean test(@Nullable Value value);

    /// @throws ConfigProblem naming what is missing
    static ValueMatch of(ValueMatcher matcher) throws ConfigProblem {
        return switch (matcher.getMatchPatternCase()) {
            case NULL_MATCH -> value -> value != null && value.hasNullValue();
            case PRESENT_MATCH -> {
                // false never matches, as in Envoy
                var present = matcher.getPresentMatch();
                yield value -> value != null && present;
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
                var one = of(matcher.getListMatch().getOneOf());
                yield value ->
                        value != null
                                && value.hasListValue()
                                && value.getListValue().getValuesList().stream()
                                        .anyMatch(one::test);
            }
            case OR_MATCH -> {
                var parts = new ArrayList<ValueMatch>();
                for (var part : matcher.getOrMatch().getValueMatchersList()) {
                    parts.add(of(part));
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
