package dev.serin.proxy.rbac;

import dev.serin.proxy.extension.ConfigProblem;

import io.envoyproxy.envoy.config.rbac.v3.RBAC;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/// Policies and what it means to match one. Immutable. As Envoy's RBAC.
///
/// @param policies in the order of their names
public record Rules(Action action, List<Policy> policies) implements Engine {
    /// What a match means.
    public enum Action {
        ALLOW,
        DENY,
        LOG
    }

    /// One policy: somebody of `principals` does something of `permissions`.
    record Policy(String name, Condition permissions, Condition principals) {}

    /// @throws ConfigProblem naming the policy and the field that cannot be done
    public static Rules of(RBAC message) throws ConfigProblem {
        if (message.hasAuditLoggingOptions()) {
            throw new ConfigProblem("audit_logging_options", "is not supported");
        }
        var policies = new ArrayList<Policy>();
        for (var entry : new TreeMap<>(message.getPoliciesMap()).entrySet()) {
            try {
                policies.add(policy(entry.getKey(), entry.getValue()));
            } catch (ConfigProblem e) {
                throw e.under("policies['" + entry.getKey() + "']");
            }
        }
        return new Rules(
                switch (message.getAction()) {
                    case ALLOW -> Action.ALLOW;
                    case DENY -> Action.DENY;
                    case LOG -> Action.LOG;
                    case UNRECOGNIZED -> throw new ConfigProblem("action", "unknown value");
                },
                List.copyOf(policies));
    }

    private static Policy policy(String name, io.envoyproxy.envoy.config.rbac.v3.Policy message)
            throws ConfigProblem {
        if (message.hasCondition() || message.hasCheckedCondition()) {
            throw new ConfigProblem("condition", "CEL is not supported");
        }
        var permissions = new ArrayList<Condition>();
        for (var permission : message.getPermissionsList()) {
            permissions.add(Conditions.permission(permission));
        }
        var principals = new ArrayList<Condition>();
        for (var principal : message.getPrincipalsList()) {
            principals.add(Conditions.principal(principal));
        }
        return new Policy(name, Condition.any(permissions), Condition.any(principals));
    }

    @Override
    public Verdict judge(Visit visit) {
        var policy = matched(visit);
        return switch (action) {
            case ALLOW -> new Verdict(policy != null, policy);
            case DENY -> new Verdict(policy == null, policy);
            case LOG -> {
                Engine.hint(visit, policy != null);
                yield new Verdict(true, policy);
            }
        };
    }

    private @Nullable String matched(Visit visit) {
        for (var policy : policies) {
            if (policy.permissions().test(visit) && policy.principals().test(visit)) {
                return policy.name();
            }
        }
        return null;
    }
}
