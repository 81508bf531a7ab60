package dev.serin.local.api.rest;

import dev.serin.local.api.Authenticator;
import dev.serin.local.api.Authorizer;
import dev.serin.local.api.Authorizer.Attributes;
import dev.serin.local.api.Caller;
import dev.serin.local.api.Refusal;
import dev.serin.local.api.wire.Request;

import java.util.List;

/// Who asks, and whether they may.
final class Gate {
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

    /// An admin may act as somebody else (`--as`).
    private static Caller impersonated(Caller caller, Request request) {
        var user = request.header("impersonate-user");
        if (user.isEmpty()) {
            return caller;
        }
        if (!caller.isAdmin()) {
            throw new Refusal(
                    403,
                    "Forbidden",
                    "users \""
                            + user
                            + "\" is forbidden: User \""
                            + caller.name()
                            + "\" cannot impersonate resource \"users\" in API group \"\" at the"
                            + " cluster scope");
        }
        var groups = new java.util.ArrayList<>(request.headers().getAll("impersonate-group"));
        groups.add("system:authenticated");
        return new Caller(user, "", List.copyOf(groups), java.util.Map.of());
    }

    boolean allows(Caller caller, Attributes attributes) {
        return caller.isAdmin() || authorizer.allows(caller, attributes);
    }

    /// @throws Refusal 403
    void check(Caller caller, Attributes attributes) {
        if (!allows(caller, attributes)) {
            throw forbidden(caller, attributes);
        }
    }

    static Refusal forbidden(Caller caller, Attributes what) {
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
                            + '"',
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
                                : "in the namespace \"" + what.namespace() + '"');
        return new Refusal(
                403,
                "Forbidden",
                message,
                new Refusal.Details(what.name(), what.group(), what.resource(), "", List.of(), 0));
    }
}
