package dev.serin.proxy.rbac;

import com.github.xds.type.matcher.v3.Matcher;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;

import dev.serin.proxy.extension.ConfigProblem;
import dev.serin.proxy.rbac.Engine.Verdict;
import dev.serin.proxy.stream.DynamicMetadata;

import io.envoyproxy.envoy.config.rbac.v3.RBAC;

import org.jspecify.annotations.Nullable;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/// Rules in force, and rules that are only tried out: what both say is counted and left as dynamic
/// metadata, what the first say holds. Immutable.
///
/// @param namespace of the dynamic metadata
/// @param rules null allows all
/// @param shadow null for none
/// @param tells whether what the rules in force say is left too
/// @param prefix of what is left of them
/// @param told what is left for each of their verdicts, once it was made
public record Enforcement(
        String namespace,
        @Nullable Engine rules,
        @Nullable Engine shadow,
        String statPrefix,
        String shadowPrefix,
        boolean perRule,
        boolean tells,
        String prefix,
        Map<Verdict, Struct> told) {
    /// Which rules a filter has.
    ///
    /// @param rules null if they are not set, which allows all
    /// @param matcher a tree of matchers that stands in place of the rules; null for none
    /// @param requests whether requests are judged, not just connections
    public record Source(
            @Nullable RBAC rules,
            @Nullable Matcher matcher,
            @Nullable RBAC shadow,
            @Nullable Matcher shadowMatcher,
            boolean requests) {}

    /// @throws ConfigProblem naming the field that cannot be done
    public static Enforcement of(
            String namespace,
            Source source,
            String statPrefix,
            String shadowPrefix,
            boolean perRule)
            throws ConfigProblem {
        return new Enforcement(
                namespace,
                source.matcher() == null
                        ? rules(source.rules(), "rules")
                        : tree(source.matcher(), source.requests(), "matcher"),
                source.shadowMatcher() == null
                        ? rules(source.shadow(), "shadow_rules")
                        : tree(source.shadowMatcher(), source.requests(), "shadow_matcher"),
                dotted(statPrefix),
                shadowPrefix,
                perRule,
                source.requests(),
                statPrefix,
                new ConcurrentHashMap<>());
    }

    private static @Nullable Rules rules(@Nullable RBAC message, String field)
            throws ConfigProblem {
        try {
            return message == null ? null : Rules.of(message);
        } catch (ConfigProblem e) {
            throw e.under(field);
        }
    }

    private static Engine tree(Matcher message, boolean requests, String field)
            throws ConfigProblem {
        try {
            return MatchTree.of(message, requests);
        } catch (ConfigProblem e) {
            throw e.under(field);
        }
    }

    private static String dotted(String prefix) {
        return prefix.isEmpty() || prefix.endsWith(".") ? prefix : prefix + ".";
    }

    /// Judges `visit`: null if it may pass, else the detail of its refusal.
    ///
    /// @param count is told the names of what is counted, after the `rbac.`
    public @Nullable String refusal(Visit visit, Consumer<String> count) {
        if (shadow != null) {
            var tried = shadow.judge(visit);
            count(count, dotted(shadowPrefix) + "shadow_", tried);
            DynamicMetadata.merge(
                    visit.slots(), namespace, fields(shadowPrefix + "shadow_", tried));
        }
        if (rules == null) {
            return null;
        }
        var verdict = rules.judge(visit);
        count(count, statPrefix, verdict);
        if (tells) {
            var left = told.get(verdict);
            if (left == null) {
                left = fields(prefix + "enforced_", verdict);
                told.put(verdict, left);
            }
            DynamicMetadata.merge(visit.slots(), namespace, left);
        }
        return verdict.allowed() ? null : detail(verdict.policy());
    }

    private void count(Consumer<String> count, String prefix, Verdict verdict) {
        var word = verdict.allowed() ? "allowed" : "denied";
        count.accept(prefix + word);
        if (perRule && verdict.policy() != null) {
            count.accept("policy." + verdict.policy() + "." + prefix + word);
        }
    }

    private static Struct fields(String prefix, Verdict verdict) {
        var fields =
                Struct.newBuilder()
                        .putFields(
                                prefix + "engine_result",
                                text(verdict.allowed() ? "allowed" : "denied"));
        if (verdict.policy() != null) {
            fields.putFields(prefix + "effective_policy_id", text(verdict.policy()));
        }
        return fields.build();
    }

    private static Value text(String text) {
        return Value.newBuilder().setStringValue(text).build();
    }

    private static String detail(@Nullable String policy) {
        return "rbac_access_denied_matched_policy["
                + (policy == null ? "none" : policy.replaceAll("\\s", "_"))
                + "]";
    }
}
