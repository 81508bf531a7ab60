package dev.serin.local.api.table;

import dev.serin.config.Resource;

import java.util.ArrayList;

/// What the node table says of a node.
final class NodeCells {
    private static final String ROLE = "node-role.kubernetes.io/";

    private NodeCells() {}

    static String status(Resource node) {
        var word = "Unknown";
        for (var condition : node.status().path("conditions")) {
            if (condition.path("type").asString("").equals("Ready")) {
                word = condition.path("status").asString("").equals("True") ? "Ready" : "NotReady";
            }
        }
        return node.spec().path("unschedulable").asBoolean(false)
                ? word + ",SchedulingDisabled"
                : word;
    }

    static String roles(Resource node) {
        var roles = new ArrayList<String>();
        for (var label : node.labels().keySet()) {
            if (label.startsWith(ROLE)) {
                roles.add(label.substring(ROLE.length()));
            }
        }
        return roles.isEmpty() ? "<none>" : String.join(",", roles);
    }

    static String address(Resource node, String type) {
        for (var address : node.status().path("addresses")) {
            if (address.path("type").asString("").equals(type)) {
                return address.path("address").asString("");
            }
        }
        return "<none>";
    }

    static String fact(Resource node, String field) {
        var text = node.status().path("nodeInfo").path(field).asString("");
        return text.isEmpty() ? "<unknown>" : text;
    }

    /// With the machine's architecture behind it, where that is known.
    static String kernel(Resource node) {
        var architecture = node.status().path("nodeInfo").path("architecture").asString("");
        return fact(node, "kernelVersion")
                + (architecture.isEmpty() ? "" : " (" + architecture + ")");
    }
}
