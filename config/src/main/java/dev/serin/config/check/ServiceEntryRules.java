package dev.serin.config.check;

import static dev.serin.config.check.MetadataRules.complain;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// What a ServiceEntry and a WorkloadEntry must keep, as Istio's own validation has it.
final class ServiceEntryRules {
    private static final List<String> PROTOCOLS =
            List.of(
                    "HTTP",
                    "HTTPS",
                    "GRPC",
                    "GRPC-WEB",
                    "HTTP2",
                    "MONGO",
                    "TCP",
                    "TLS",
                    "REDIS",
                    "MYSQL");
    private static final Set<String> BY_ADDRESS = Set.of("", "NONE", "STATIC");

    private ServiceEntryRules() {}

    static void check(Place body) {
        var spec = body.at("spec");
        if (!spec.exists()) {
            body.missing("spec", "the services that it adds");
            return;
        }
        hosts(spec);
        spec.each("addresses", a -> complain(a, Names.subnet(a.text())));
        var ports = ports(spec);
        var resolution = spec.text("resolution");
        endpoints(spec, resolution, ports);
        resolution(spec, resolution.isEmpty() ? "NONE" : resolution);
        spec.each("exportTo", VirtualServiceRules::exportTo);
        MetadataRules.labels(spec.at("workloadSelector"), "labels");
    }

    /// Of a WorkloadEntry.
    static void workload(Place body) {
        var spec = body.at("spec");
        if (!spec.exists()) {
            body.missing("spec", "where the workload is");
            return;
        }
        if (spec.text("address").isEmpty() && spec.text("network").isEmpty()) {
            spec.missing("address", "the address that it listens on");
        }
        address(spec, false, Set.of());
    }

    private static void hosts(Place spec) {
        if (spec.size("hosts") == 0) {
            spec.missing("hosts", "the names that callers use");
        }
        for (var host : spec.elements("hosts")) {
            complain(host, Names.host(host.text()));
            if (host.text().equals("*")) {
                host.bad("must name a host, such as *.example.org");
            }
        }
    }

    private static Set<String> ports(Place spec) {
        var names = new HashSet<String>();
        var numbers = new HashSet<String>();
        for (var port : spec.elements("ports")) {
            port.port("number");
            port.port("targetPort");
            port.word("protocol", PROTOCOLS);
            if (!names.add(port.text("name"))) {
                port.at("name").bad("must be there once", "rename one of the two ports");
            }
            if (!numbers.add(port.text("number"))) {
                port.at("number").bad("must be there once", "take one of the two ports out");
            }
        }
        return names;
    }

    private static void endpoints(Place spec, String resolution, Set<String> ports) {
        var selects = spec.at("workloadSelector").size("labels") > 0;
        if (selects && spec.size("endpoints") > 0) {
            spec.forbid("both workloadSelector and endpoints", "keep one of them");
        }
        for (var endpoint : spec.elements("endpoints")) {
            address(endpoint, !BY_ADDRESS.contains(resolution), ports);
        }
    }

    private static void address(Place entry, boolean names, Set<String> ports) {
        var text = entry.text("address");
        if (text.startsWith("unix://")) {
            entry.at("address").bad("must be an address: Unix sockets are not supported");
        } else if (!text.isEmpty() && !(names ? Names.host(text) == null : Names.isAddress(text))) {
            entry.at("address").bad("must be " + (names ? "a host name or " : "") + "an address");
        }
        for (var port : entry.entries("ports")) {
            var name = port.keyIn(entry.at("ports"));
            entry.at("ports").port(name);
            if (!ports.isEmpty() && !ports.contains(name)) {
                port.forbid("no port of the ServiceEntry is " + name, "name one of its ports");
            }
        }
        MetadataRules.labels(entry, "labels");
    }

    private static void resolution(Place spec, String resolution) {
        var endpoints = spec.size("endpoints");
        var selects = spec.at("workloadSelector").size("labels") > 0;
        switch (resolution) {
            case "NONE" -> {
                if (endpoints > 0) {
                    spec.at("endpoints")
                            .forbid(
                                    "resolution NONE sends callers where they were going",
                                    "write resolution: STATIC or DNS");
                }
            }
            case "STATIC" -> {
                if (endpoints == 0 && !selects) {
                    spec.missing("endpoints", "the addresses, for resolution STATIC");
                }
            }
            case "DNS_ROUND_ROBIN" -> {
                if (endpoints > 1) {
                    spec.at("endpoints")
                            .forbid("more than one, for resolution DNS_ROUND_ROBIN", "keep one");
                }
                named(spec, endpoints);
            }
            case "DNS" -> named(spec, endpoints);
            default -> {}
        }
        if (!resolution.equals("NONE")) {
            for (var address : spec.elements("addresses")) {
                if (address.text().contains("/")) {
                    address.bad("must be single addresses where the resolution is not NONE");
                }
            }
        }
    }

    private static void named(Place spec, int endpoints) {
        for (var host : spec.elements("hosts")) {
            if (endpoints == 0 && host.text().startsWith("*")) {
                host.bad(
                        "must be a full name where DNS is asked for it",
                        "name the host, or add endpoints");
            }
        }
    }
}
