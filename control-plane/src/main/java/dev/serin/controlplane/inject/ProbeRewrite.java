package dev.serin.controlplane.inject;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

import java.util.Map;

/// Sends a pod's HTTP, TCP and gRPC probes to the proxy, which asks the application in their place:
/// so they work where the application's port only takes mutual TLS.
final class ProbeRewrite {
    private static final int AGENT_PORT = 15020;
    private static final Map<String, String> PAGES =
            Map.of(
                    "readinessProbe", "readyz",
                    "livenessProbe", "livez",
                    "startupProbe", "startupz");

    private ProbeRewrite() {}

    /// Rewrites the probes of `container` in place and notes in `probers` what each one asked.
    static void rewrite(ObjectNode container, ObjectNode probers) {
        var name = container.path("name").asString("");
        PAGES.forEach((field, page) -> {
            if (container.get(field) instanceof ObjectNode probe) {
                var path = "/app-health/" + name + "/" + page;
                var prober = prober(container, probe);
                if (prober != null) {
                    probers.set(path, prober);
                    redirect(probe, path);
                }
            }
        });
    }

    private static @org.jspecify.annotations.Nullable ObjectNode prober(
            ObjectNode container, ObjectNode probe) {
        var prober = JsonNodeFactory.instance.objectNode();
        if (probe.get("httpGet") instanceof ObjectNode http) {
            var asked = http.deepCopy();
            asked.put("port", number(container, http.path("port")));
            if (!asked.has("path")) {
                asked.put("path", "/");
            }
            prober.set("httpGet", asked);
        } else if (probe.get("tcpSocket") instanceof ObjectNode tcp) {
            var asked = tcp.deepCopy();
            asked.put("port", number(container, tcp.path("port")));
            prober.set("tcpSocket", asked);
        } else if (probe.get("grpc") instanceof ObjectNode grpc) {
            prober.set("grpc", grpc.deepCopy());
        } else {
            return null; // a command runs in the container itself
        }
        prober.put("timeoutSeconds", probe.path("timeoutSeconds").asInt(1));
        return prober;
    }

    private static void redirect(ObjectNode probe, String path) {
        probe.remove("tcpSocket");
        probe.remove("grpc");
        probe.putObject("httpGet").put("path", path).put("port", AGENT_PORT).put("scheme", "HTTP");
    }

    private static int number(JsonNode container, JsonNode port) {
        if (port.isNumber()) {
            return port.asInt();
        }
        for (var known : container.path("ports")) {
            if (known.path("name").asString("").equals(port.asString(""))) {
                return known.path("containerPort").asInt();
            }
        }
        return 0;
    }
}
