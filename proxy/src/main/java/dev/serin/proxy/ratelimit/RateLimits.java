package dev.serin.proxy.ratelimit;

import dev.serin.proxy.extension.ConfigProblem;
import dev.serin.proxy.http.filter.StreamContext;

import io.envoyproxy.envoy.config.route.v3.RateLimit;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/// What a route, a virtual host or a filter says of how requests are described to those that limit
/// them. Immutable. As Envoy's `rate_limits`.
///
/// @param ofHost whether a virtual host says it
/// @param withHost whether what the virtual host says counts too
public record RateLimits(List<Rule> rules, boolean ofHost, boolean withHost) {
    /// Under which name it is kept beside what routes say of their filters.
    public static final String KEY = "rate_limits";

    /// One description.
    record Rule(int stage, List<LimitAction> actions) {}

    /// @throws ConfigProblem naming the field that cannot be done
    public static RateLimits of(List<RateLimit> messages, boolean ofHost, boolean withHost)
            throws ConfigProblem {
        var rules = new ArrayList<Rule>();
        for (var message : messages) {
            var actions = new ArrayList<LimitAction>();
            for (var action : message.getActionsList()) {
                actions.add(LimitAction.of(action));
            }
            rules.add(new Rule(message.getStage().getValue(), List.copyOf(actions)));
        }
        return new RateLimits(List.copyOf(rules), ofHost, withHost);
    }

    /// Tells every description of `stream` at `stage`; one of which a part is not there is left
    /// out.
    public void describe(StreamContext stream, int stage, Consumer<List<LimitEntry>> into) {
        for (var rule : rules) {
            if (rule.stage() == stage) {
                describe(stream, rule, into);
            }
        }
    }

    private static void describe(StreamContext stream, Rule rule, Consumer<List<LimitEntry>> into) {
        var entries = new ArrayList<LimitEntry>();
        for (var action : rule.actions()) {
            if (!action.describe(stream, entries)) {
                return;
            }
        }
        if (!entries.isEmpty()) {
            into.accept(entries);
        }
    }
}
