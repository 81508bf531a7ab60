package dev.serin.local.api.table;

import dev.serin.config.Resource;

import tools.jackson.databind.JsonNode;

import java.util.ArrayList;
import java.util.List;

/// Addresses and ports in the tables of services and what they lead to.
final class ServiceCells {
    private static final int SHOWN = 3;

    private ServiceCells() {}

    static String external(Resource service) {
        var ips = new ArrayList<String>();
        service.spec().path("externalIPs").forEach(ip -> ips.add(ip.asString("")));
        return switch (service.spec().path("type").asString("ClusterIP")) {
            case "ExternalName" -> service.spec().path("externalName").asString("");
            case "LoadBalancer" -> {
                for (var ingress : service.status().path("loadBalancer").path("ingress")) {
                    ips.add(ingress.path("ip").asString(ingress.path("hostname").asString("")));
                }
                yield ips.isEmpty() ? "<pending>" : String.join(",", ips);
            }
            default -> ips.isEmpty() ? "<none>" : String.join(",", ips);
        };
    }

    static String ports(Resource service) {
        var all = new ArrayList<String>();
        for (var port : service.spec().path("ports")) {
            var node = port.path("nodePort").asInt(0);
            all.add(
                    port.path("port").asInt()
                            + (node == 0 ? "" : ":" + node)
                            + "/"
                            + port.path("protocol").asString("TCP"));
        }
        return all.isEmpty() ? "<none>" : String.join(",", all);
    }

    static String selector(Resource service) {
        var all = Cells.labels(service.spec().path("selector"));
        return all.isEmpty() ? "<none>" : String.join(",", all);
    }

    static String endpoints(Resource endpoints) {
        var all = new ArrayList<String>();
        for (var subset : endpoints.body().path("subsets")) {
            for (var address : subset.path("addresses")) {
                for (var port : subset.path("ports")) {
                    all.add(address.path("ip").asString("") + ":" + port.path("port").asInt());
                }
            }
        }
        return some(all);
    }

    static String slicePorts(Resource slice) {
        var all = new ArrayList<String>();
        for (var port : slice.body().path("ports")) {
            all.add(port.path("port").asString(port.path("port").asInt() + ""));
        }
        return all.isEmpty() ? "<unset>" : some(all);
    }

    static String sliceAddresses(Resource slice) {
        var all = new ArrayList<String>();
        for (var endpoint : slice.body().path("endpoints")) {
            for (JsonNode address : endpoint.path("addresses")) {
                all.add(address.asString(""));
            }
        }
        return all.isEmpty() ? "<unset>" : some(all);
    }

    private static String some(List<String> all) {
        if (all.isEmpty()) {
            return "<none>";
        }
        return all.size() <= SHOWN
                ? String.join(",", all)
                : String.join(",", all.subList(0, SHOWN))
                        + " + "
                        + (all.size() - SHOWN)
                        + " more...";
    }
}
