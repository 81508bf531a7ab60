package dev.serin.local.node;

import dev.serin.config.Resource;
import dev.serin.local.image.Image;
import dev.serin.local.image.Images;

import tools.jackson.databind.JsonNode;

import java.util.Set;
import java.util.TreeSet;

/// Whether a pod's traffic goes through a sidecar, and which of it does not. Pure.
record Traffic(Resource pod, Images images) {
    private static final Set<Integer> SIDECAR_PORTS = Set.of(15008, 15020, 15021, 15090);

    boolean hasSidecar() {
        for (var list : new String[] {"initContainers", "containers"}) {
            for (var container : pod.spec().path(list)) {
                var image = images.resolve(container.path("image").asString(""));
                if (image instanceof Image.Sidecar && isProxy(container)) {
                    return true;
                }
            }
        }
        return false;
    }

    // A gateway's pod runs the same image, and the control plane runs there too, but neither has
    // anything beside it whose traffic would be taken.
    private static boolean isProxy(JsonNode container) {
        for (var word : container.path("args")) {
            if (word.asString("").equals("sidecar")) {
                return true;
            }
        }
        return false;
    }

    /// Ports that the sidecar serves itself, or that the pod's annotation leaves alone.
    Set<Integer> leftAlone() {
        var ports = new TreeSet<>(SIDECAR_PORTS);
        var excluded =
                pod.annotations().getOrDefault("traffic.sidecar.istio.io/excludeInboundPorts", "");
        for (var port : excluded.split(",")) {
            if (port.strip().matches("\\d{1,5}")) {
                ports.add(Integer.parseInt(port.strip()));
            }
        }
        return ports;
    }
}
