package dev.serin.config.kubernetes;

import dev.serin.config.Metadata;
import dev.serin.config.Resource;
import dev.serin.config.ResourceKey;
import dev.serin.config.codec.Cursor;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/// A pod as the mesh sees it.
///
/// @param ip empty until it has one
/// @param phase Pending, Running, Succeeded or Failed
/// @param ready whether its Ready condition is true
/// @param terminating whether its deletion has begun
/// @param controller what made it, null for a pod that a person made
public record Pod(
        Metadata metadata,
        String ip,
        String hostIp,
        String node,
        String phase,
        boolean ready,
        boolean terminating,
        boolean hostNetwork,
        String serviceAccount,
        List<Container> containers,
        @Nullable ResourceKey controller) {
    /// @param initContainer whether it is one of the initContainers (a sidecar when it restarts
    ///   always)
    public record Container(String name, String image, List<Port> ports, boolean initContainer) {
        static Container from(Cursor container, boolean init) {
            return new Container(
                    container.string("name"),
                    container.string("image"),
                    container.list("ports", Port::from),
                    init);
        }
    }

    /// @param protocol TCP, UDP or SCTP
    public record Port(String name, int containerPort, String protocol) {
        static Port from(Cursor port) {
            return new Port(
                    port.string("name"),
                    port.integer("containerPort", 0),
                    port.string("protocol", "TCP"));
        }
    }

    /// The number that a service's target port means in this pod; 0 if the pod has no such port.
    public int number(PortReference reference) {
        return switch (reference) {
            case PortReference.Numbered number -> number.port();
            case PortReference.Named name ->
                    containers.stream()
                            .flatMap(c -> c.ports().stream())
                            .filter(p -> p.name().equals(name.name()))
                            .mapToInt(Port::containerPort)
                            .findFirst()
                            .orElse(0);
        };
    }

    public static Pod from(Resource resource) {
        var body = Cursor.of(resource);
        var spec = body.at("spec");
        var status = body.at("status");
        var containers = new ArrayList<Container>();
        containers.addAll(spec.list("initContainers", c -> Container.from(c, true)));
        containers.addAll(spec.list("containers", c -> Container.from(c, false)));
        return new Pod(
                Metadata.from(resource),
                status.string("podIP"),
                status.string("hostIP"),
                spec.string("nodeName"),
                status.string("phase", "Pending"),
                Condition.isTrue(status, "Ready"),
                body.at("metadata").has("deletionTimestamp"),
                spec.bool("hostNetwork", false),
                spec.string("serviceAccountName", "default"),
                List.copyOf(containers),
                Owner.controller(resource));
    }
}
