package dev.serin.proxy.rbac;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;

import dev.serin.proxy.extension.ConfigProblem;
import dev.serin.proxy.rbac.Rules.Verdict;
import dev.serin.proxy.stream.DynamicMetadata;

import io.envoyproxy.envoy.config.rbac.v3.RBAC;

import org.jspecify.annotations.Nullable;

import java.util.function.Consumer;

/// Rules in force, and rules that are only tried out: what both say is counted and left as dynamic
/// metadata, what the first say holds. Immutable.
///
/// @param namespace of the dynamic metadata
/// @param rules null allows all
/// @param shadow null for none
public record Enforcement(
        String namespace,
        @Nullable Rules rules,
        @Nullable Rules shadow,
        String statPrefix,
        String shadowPrefix,
        boolean perRule) {
    /// Which rules a filter has.
    ///
    /// @param rules null if they are not set, which allows all
    /// @param matcher whether rules are given as a matcher tree, which is not supported
    public record Source(@Nullable RBAC rules, @Nullable RBAC shadow, boolean matcher) {}

    /// @throws ConfigProblem naming the field that cannot be done
    public static Enforcement of(
            String namespace,
            Source source,
            String statPrefix,
            String shadowPrefix,
            boolean perRule)
            throws ConfigProblem {
        if (source.matcher()) {
            throw new ConfigProblem("matcher", "a matcher tree is not supported");
        }
        return new Enforcement(
                namespace,
                rules(source.rules(), "rules"),
                rules(source.shadow(), "shadow_rules"),
                dotted(statPrefix),
                shadowPrefix,
                perRule);
    }

    private static @Nullable Rules rules(@Nullable RBAC message, String field)
            throws ConfigProblem {
        try {
            return message == null ? null : Rules.of(message);
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
            leave(visit, shadowPrefix + "shadow_", tried);
        }
        if (rules == null) {
            return null;
        }
        var verdict = rules.judge(visit);
        count(count, statPrefix, verdict);
        if (perRule) {
            leave(visit, "enforced_", verdict);
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

    private void leave(Visit visit, String prefix, Verdict verdict) {
        var fields =
                Struct.newBuilder()
                        .putFields(
                                prefix + "engine_result",
                                text(verdict.allowed() ? "allowed" : "denied"));
        if (verdict.policy() != null) {
            fields.putFields(prefix + "effective_policy_id", text(verdict.policy()));
        }
        DynamicMetadata.merge(visit.slots(), namespace, fields.build());
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
