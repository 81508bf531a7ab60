package dev.serin.proxy.rbac;

import dev.serin.proxy.extension.ConfigProblem;
import dev.serin.proxy.route.TextMatch;

import io.envoyproxy.envoy.config.rbac.v3.Principal.Authenticated;

/// Who the client proved to be by its certificate.
final class Identity {
    private Identity() {}

    static Condition of(Authenticated authenticated) throws ConfigProblem {
        if (!authenticated.hasPrincipalName()) {
            return visit -> visit.downstream().peerIdentity() != null;
        }
        var match = TextMatch.of(authenticated.getPrincipalName());
        return visit -> {
            var identity = visit.downstream().peerIdentity();
            return identity != null && match.test(identity);
        };
    }
}
