package dev.serin.config.istio;

import dev.serin.config.codec.Cursor;

import java.util.List;
import java.util.Map;

/// One rule for plain connections.
public record TcpRoute(List<Match> match, List<RouteDestination> route) {
    /// @param port 0: any
    public record Match(
            List<String> destinationSubnets,
            int port,
            String sourceSubnet,
            Map<String, String> sourceLabels,
            List<String> gateways,
            String sourceNamespace) {
        static Match from(Cursor match) {
            return new Match(
                    match.strings("destinationSubnets"),
                    match.integer("port", 0),
                    match.string("sourceSubnet"),
                    match.stringMap("sourceLabels"),
                    match.strings("gateways"),
                    match.string("sourceNamespace"));
        }
    }

    static TcpRoute from(Cursor rule) {
        return new TcpRoute(
                rule.list("match", Match::from), rule.list("route", RouteDestination::from));
    }
}
