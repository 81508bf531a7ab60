package dev.serin.config.check;

import static dev.serin.config.check.MetadataRules.complain;

import java.util.HashSet;
import java.util.List;

/// What a VirtualService must keep.
final class VirtualServiceRules {
    private VirtualServiceRules() {}

    static void check(Place body) {
        var spec = body.at("spec");
        if (!spec.exists()) {
            body.missing("spec", "the rules of the VirtualService");
            return;
        }
        hosts(spec);
        spec.each("gateways", VirtualServiceRules::gateway);
        spec.each("exportTo", VirtualServiceRules::exportTo);
        if (spec.size("http") + spec.size("tls") + spec.size("tcp") == 0) {
            spec.forbid("no rule: neither http nor tls nor tcp", "add http with a route");
        }
        spec.each("http", HttpRouteRules::check);
        spec.each("tls", rule -> tls(spec, rule));
        spec.each("tcp", VirtualServiceRules::tcp);
    }

    private static void hosts(Place spec) {
        if (spec.size("hosts") == 0) {
            // Without hosts it is for others to delegate to, which has its own limits.
            var delegate = !spec.has("hosts") && spec.count("gateways", "tls", "tcp") == 0;
            if (!delegate) {
                spec.missing("hosts", "the names that requests are made to");
            }
            return;
        }
        var mesh =
                !spec.has("gateways")
                        || spec.elements("gateways").stream()
                                .anyMatch(g -> g.text().equals("mesh"));
        var seen = new HashSet<String>();
        for (var host : spec.elements("hosts")) {
            complain(host, Names.host(host.text()));
            if (host.text().equals("*") && mesh) {
                host.bad(
                        "must name a host where the sidecars use it",
                        "name the hosts, or name a Gateway in gateways");
            }
            if (!seen.add(host.text())) {
                host.bad("must be there once");
            }
        }
    }

    static void gateway(Place gateway) {
        var text = gateway.text();
        if (text.equals("mesh")) {
            return;
        }
        var slash = text.indexOf('/');
        var right =
                Names.domain(text.substring(slash + 1)) == null
                        && (slash < 0 || Names.label(text.substring(0, slash)) == null);
        if (!right && gateway.node().isString()) {
            gateway.bad("must be mesh, the name of a Gateway, or namespace/name");
        }
    }

    static void exportTo(Place namespace) {
        var text = namespace.text();
        if (!List.of(".", "*", "~").contains(text) && Names.label(text) != null) {
            namespace.bad("must be a namespace, . for its own, or * for all");
        }
    }

    private static void tls(Place spec, Place rule) {
        var hosts = spec.elements("hosts").stream().map(Place::text).toList();
        for (var match : rule.elements("match")) {
            if (match.has("sniHosts") && match.size("sniHosts") == 0) {
                match.missing("sniHosts", "the server names that clients ask for");
            }
            for (var sni : match.elements("sniHosts")) {
                complain(sni, Names.host(sni.text()));
                if (hosts.stream().noneMatch(h -> covers(h, sni.text()))) {
                    sni.bad(
                            "must be among the hosts of the VirtualService",
                            "add it to spec.hosts");
                }
            }
            connection(match);
        }
        routes(rule);
    }

    private static void tcp(Place rule) {
        for (var match : rule.elements("match")) {
            connection(match);
            if (match.has("sourceSubnet")) {
                complain(match.at("sourceSubnet"), Names.subnet(match.text("sourceSubnet")));
            }
        }
        routes(rule);
    }

    private static void connection(Place match) {
        match.each("destinationSubnets", s -> complain(s, Names.subnet(s.text())));
        match.port("port");
        MetadataRules.labels(match, "sourceLabels");
        match.each("gateways", VirtualServiceRules::gateway);
    }

    private static void routes(Place rule) {
        if (rule.size("route") == 0) {
            rule.missing("route", "where connections go");
        }
        HttpRouteRules.split(rule);
    }

    private static boolean covers(String host, String sni) {
        return host.equals("*")
                || host.equals(sni)
                || host.startsWith("*") && sni.endsWith(host.substring(1));
    }
}
