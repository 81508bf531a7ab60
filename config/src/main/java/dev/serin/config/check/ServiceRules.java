package dev.serin.config.check;

import static dev.serin.config.check.MetadataRules.complain;

import java.util.HashSet;

/// What a Service must keep.
final class ServiceRules {
    private ServiceRules() {}

    static void check(Place body) {
        var spec = body.at("spec");
        if (!spec.exists()) {
            body.missing("spec", "the ports and the selector");
            return;
        }
        var external = spec.text("type").equals("ExternalName");
        if (external && spec.text("externalName").isEmpty()) {
            spec.missing("externalName", "the host that it stands for");
        }
        if (!external && !spec.text("clusterIP").equals("None") && spec.size("ports") == 0) {
            spec.missing("ports", "the ports that it has");
        }
        MetadataRules.labels(spec, "selector");
        var address = spec.text("clusterIP");
        if (!address.isEmpty() && !address.equals("None") && !Names.isAddress(address)) {
            spec.at("clusterIP").bad("must be an address, None, or left out");
        }
        spec.each(
                "externalIPs",
                ip -> {
                    if (!Names.isAddress(ip.text())) {
                        ip.bad("must be an address");
                    }
                });
        ports(spec);
    }

    private static void ports(Place spec) {
        var several = spec.size("ports") > 1;
        var names = new HashSet<String>();
        var numbers = new HashSet<String>();
        for (var port : spec.elements("ports")) {
            port.port("port");
            port.range("nodePort", 0, 65_535);
            var target = port.at("targetPort");
            port.port("targetPort");
            if (target.node().isString()) {
                complain(target, Names.portName(target.text(), 15));
            }
            var name = port.at("name");
            if (name.text().isEmpty()) {
                if (several) {
                    port.missing("name", "a name, as there are several ports");
                }
            } else {
                complain(name, Names.portName(name.text(), 63));
                if (!names.add(name.text())) {
                    name.bad("must be there once");
                }
            }
            var protocol = port.text("protocol").isEmpty() ? "TCP" : port.text("protocol");
            if (!numbers.add(port.text("port") + protocol)) {
                port.at("port").bad("must be there once for " + protocol);
            }
        }
    }
}
