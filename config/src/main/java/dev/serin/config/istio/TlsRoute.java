package dev.serin.config.istio;

import dev.serin.config.codec.Cursor;

import java.util.List;
import java.util.Map;

/// One rule for TLS connections that are passed on unopened, chosen by server name.
public record TlsRoute(List<Match> match, List<RouteDestination> route) {
    /// @param sniHosts server names, wildcards allowed
    /// @param port 0: any
    public record Match(
            List<String> sniHosts,
            List<String> destinationSubnets,
            int port,
            Map<String, String> sourceLabels,
            List<String> gateways,
            String sourceNamespace) {
        static Match from(Cursor match) {
            return new Match(
                    match.strings("sniHosts"),
                    match.strings("destinationSubnets"),
                    match.integer("port", 0),
                    match.stringMap("sourceLabels"),
                    match.strings("gateways"),
                    match.string("sourceNamespace"));
        }
    }

    static TlsRoute from(Cursor rule) {
        return new TlsRoute(
                rule.list("match", Match::from), rule.list("route", RouteDestination::from));
    }
}
