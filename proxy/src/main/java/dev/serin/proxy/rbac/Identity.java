package dev.serin.proxy.rbac;

import dev.serin.proxy.extension.ConfigProblem;
import dev.serin.proxy.route.TextMatch;
import dev.serin.proxy.stream.CertificateFacts;
import dev.serin.proxy.stream.Downstream;

import io.envoyproxy.envoy.config.rbac.v3.Principal.Authenticated;

/// Who the client proved to be by its certificate: by a URI of it, else a DNS name, else its
/// subject. As Envoy's Authenticated.
final class Identity {
    private Identity() {}

    static Condition of(Authenticated authenticated) throws ConfigProblem {
        if (!authenticated.hasPrincipalName()) {
            return visit -> visit.downstream().tls() != null;
        }
        var match = TextMatch.of(authenticated.getPrincipalName());
        return visit -> test(match, visit.downstream());
    }

    private static boolean test(TextMatch match, Downstream downstream) {
        var tls = downstream.tls();
        if (tls == null) {
            var identity = downstream.peerIdentity();
            return identity != null && match.test(identity);
        }
        var peer = tls.peer();
        return peer != null && tls.validated() && test(match, peer);
    }

    private static boolean test(TextMatch match, CertificateFacts peer) {
        for (var uri : peer.uriSans()) {
            if (match.test(uri)) {
                return true;
            }
        }
        for (var name : peer.dnsSans()) {
            if (match.test(name)) {
                return true;
            }
        }
        return match.test(peer.subject());
    }
}
