package dev.serin.local.api.rest;

import dev.serin.local.api.Authenticator;
import dev.serin.local.api.Authorizer;
import dev.serin.local.api.Authorizer.Attributes;
import dev.serin.local.api.Caller;
import dev.serin.local.api.Refusal;
import dev.serin.local.api.wire.Request;

import tools.jackson.databind.JsonNode;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;

/// Who asks, and whether they may.
final class Gate {
    private static final String ACCOUNT = "system:serviceaccount:";

    private final List<Authenticator> authenticators;
    private final Authorizer authorizer;

    Gate(List<Authenticator> authenticators, Authorizer authorizer) {
        this.authenticators = List.copyOf(authenticators);
        this.authorizer = authorizer;
    }

    /// Anonymous without credentials.
    ///
    /// @throws Refusal 401 for a token that nobody knows
    Caller caller(Request request) {
        var header = request.header("authorization");
        if (header.isEmpty()) {
            return Caller.anonymous();
        }
        if (header.regionMatches(true, 0, "Bearer ", 0, 7)) {
            var token = header.substring(7).strip();
            for (var authenticator : authenticators) {
                var caller = authenticator.caller(token);
                if (caller != null) {
                    return impersonated(caller, request);
                }
            }
        }
        throw new Refusal(401, "Unauthorized", "Unauthorized");
    }

    /// Who may do so acts as somebody else (`--as`).
    private Caller impersonated(Caller caller, Request request) {
        var user = request.header("impersonate-user");
        var groups = request.headers().getAll("impersonate-group");
        if (user.isEmpty()) {
            if (!groups.isEmpty()) {
                throw Refusal.fault(
                        "requested [{Group  "
                                + groups.getFirst()
                                + " authentication.k8s.io/v1  }] without impersonating a user");
            }
            return caller;
        }
        var account = user.startsWith(ACCOUNT) ? user.substring(ACCOUNT.length()).split(":") : null;
        if (account != null && account.length == 2) {
            impersonates(caller, "serviceaccounts", account[0], account[1]);
        } else {
            impersonates(caller, "users", "", user);
        }
        groups.forEach(group -> impersonates(caller, "groups", "", group));
        var all = new LinkedHashSet<>(groups);
        if (groups.isEmpty() && account != null && account.length == 2) {
            all.add("system:serviceaccounts");
            all.add("system:serviceaccounts:" + account[0]);
        }
        if (user.equals(Caller.anonymous().name())) {
            all.add("system:unauthenticated");
        } else {
            all.add("system:authenticated");
        }
        return new Caller(user, request.header("impersonate-uid"), List.copyOf(all), Map.of());
    }

    private void impersonates(Caller caller, String resource, String namespace, String name) {
        check(caller, new Attributes("impersonate", "", "v1", resource, "", namespace, name, ""));
    }

    boolean allows(Caller caller, Attributes attributes) {
        return caller.isAdmin() || authorizer.allows(caller, attributes);
    }

    /// @throws Refusal 403
    void check(Caller caller, Attributes attributes) {
        if (!allows(caller, attributes)) {
            throw forbidden(caller, attributes, authorizer.reason(caller, attributes));
        }
    }

    /// Why it would be allowed or not; empty where there is nothing to say.
    String reason(Caller caller, Attributes attributes) {
        return authorizer.reason(caller, attributes);
    }

    List<JsonNode> rules(Caller caller, String namespace) {
        return authorizer.rules(caller, namespace);
    }

    private static Refusal forbidden(Caller caller, Attributes what, String why) {
        var reason = why.isEmpty() ? "" : ": " + why;
        if (what.resource().isEmpty()) {
            return new Refusal(
                    403,
                    "Forbidden",
                    "forbidden: User \""
                            + caller.name()
                            + "\" cannot "
                            + what.verb()
                            + " path \""
                            + what.path()
                            + '"'
                            + reason,
                    new Refusal.Details("", "", "", "", List.of(), 0));
        }
        var resource =
                what.group().isEmpty() ? what.resource() : what.resource() + "." + what.group();
        var part = what.subresource().isEmpty() ? "" : "/" + what.subresource();
        var message =
                resource
                        + (what.name().isEmpty() ? "" : " \"" + what.name() + '"')
                        + " is forbidden: User \""
                        + caller.name()
                        + "\" cannot "
                        + what.verb()
                        + " resource \""
                        + what.resource()
                        + part
                        + "\" in API group \""
                        + what.group()
                        + "\" "
                        + (what.namespace().isEmpty()
                                ? "at the cluster scope"
                                : "in the namespace \"" + what.namespace() + '"')
                        + reason;
        return new Refusal(
                403,
                "Forbidden",
                message,
                new Refusal.Details(what.name(), what.group(), what.resource(), "", List.of(), 0));
    }
}
