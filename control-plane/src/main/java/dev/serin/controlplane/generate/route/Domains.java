package dev.serin.controlplane.generate.route;

import dev.serin.controlplane.registry.MeshService;

import java.util.ArrayList;
import java.util.List;

/// Every way in which a caller may write a service in a Host header.
final class Domains {
    private Domains() {}

    /// Full and shortened names as seen from `namespace`, and addresses, each with and without the
    /// port.
    static List<String> of(MeshService service, int port, String namespace, String domain) {
        var names = new ArrayList<String>();
        names.add(service.hostname());
        if (service.hostname().endsWith(".svc." + domain)) {
            var inNamespace = service.name() + "." + service.namespace();
            if (service.namespace().equals(namespace)) {
                names.add(service.name());
            }
            names.add(inNamespace);
            names.add(inNamespace + ".svc");
        }
        for (var address : service.addresses()) {
            if (MeshService.isSubnet(address)) {
                continue; // a subnet is no host
            }
            names.add(address.indexOf(':') < 0 ? address : "[" + address + "]");
        }
        if (service.resolution() == MeshService.Resolution.HEADLESS && !service.isEntry()) {
            names.add("*." + service.hostname());
        }
        var domains = new ArrayList<String>();
        for (var name : names) {
            domains.add(name);
            domains.add(name + ":" + port);
        }
        return domains;
    }
}
