package dev.serin.config.check;

import static dev.serin.config.check.MetadataRules.complain;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// What a pod's spec must keep, of a Pod or of a template.
final class PodRules {
    private static final Set<String> HANDLERS = Set.of("exec", "httpGet", "tcpSocket", "grpc");

    private PodRules() {}

    static void check(Place body) {
        if (!body.has("spec")) {
            body.missing("spec", "what runs in the pod");
            return;
        }
        spec(body.at("spec"));
    }

    static void spec(Place spec) {
        spec(spec, Set.of());
    }

    /// @param more volumes that the pod is given beside its own
    static void spec(Place spec, Set<String> more) {
        if (spec.size("containers") == 0) {
            spec.missing("containers", "what runs in the pod");
        }
        var volumes = volumes(spec);
        volumes.addAll(more);
        var names = new HashSet<String>();
        var all = new ArrayList<Place>(spec.elements("initContainers"));
        all.addAll(spec.elements("containers"));
        for (var container : all) {
            var name = container.at("name");
            if (name.exists()) {
                complain(name, Names.label(name.text()));
                if (!names.add(name.text())) {
                    name.bad("must be there once", "rename one of the two containers");
                }
            }
            container(container, volumes);
        }
        spec.notNegative("terminationGracePeriodSeconds", "activeDeadlineSeconds");
        for (var field : List.of("serviceAccountName", "hostname", "subdomain")) {
            if (!spec.text(field).isEmpty()) {
                complain(spec.at(field), Names.domain(spec.text(field)));
            }
        }
        MetadataRules.labels(spec, "nodeSelector");
    }

    private static Set<String> volumes(Place spec) {
        var names = new HashSet<String>();
        for (var volume : spec.elements("volumes")) {
            var name = volume.at("name");
            if (name.exists()) {
                complain(name, Names.label(name.text()));
                if (!names.add(name.text())) {
                    name.bad("must be there once", "rename one of the two volumes");
                }
            }
            var sources = volume.node().size() - (volume.has("name") ? 1 : 0);
            if (sources == 0) {
                volume.missing("emptyDir", "what the volume is made of, such as emptyDir: {}");
            } else if (sources > 1) {
                volume.forbid("more than one kind of volume", "keep one of them");
            }
        }
        return names;
    }

    private static void container(Place container, Set<String> volumes) {
        if (container.text("image").isEmpty()) {
            container.missing("image", "the image that it runs");
        } else if (!container.text("image").equals(container.text("image").strip())) {
            container.at("image").bad("must not have spaces around it");
        }
        var ports = new HashSet<String>();
        for (var port : container.elements("ports")) {
            port.port("containerPort");
            port.range("hostPort", 0, 65_535);
            var name = port.at("name");
            if (!name.text().isEmpty()) {
                complain(name, Names.portName(name.text(), 15));
                if (!ports.add(name.text())) {
                    name.bad("must be there once");
                }
            }
        }
        for (var variable : container.elements("env")) {
            if (variable.text("name").isEmpty() || variable.text("name").contains("=")) {
                variable.at("name").bad("must be a name without =");
            }
            if (variable.has("valueFrom") && !variable.text("value").isEmpty()) {
                variable.at("valueFrom").forbid("value is there too", "keep one of them");
            }
        }
        mounts(container, volumes);
        for (var probe : List.of("livenessProbe", "readinessProbe", "startupProbe")) {
            probe(container.at(probe));
        }
    }

    private static void mounts(Place container, Set<String> volumes) {
        var paths = new HashSet<String>();
        for (var mount : container.elements("volumeMounts")) {
            var name = mount.at("name");
            if (name.exists() && !volumes.contains(name.text())) {
                name.bad(
                        "must be one of the pod's volumes"
                                + (volumes.isEmpty()
                                        ? ", of which it has none"
                                        : ": "
                                                + String.join(
                                                        ", ", volumes.stream().sorted().toList())),
                        "add it to volumes");
            }
            var path = mount.at("mountPath");
            if (path.exists() && (path.text().isEmpty() || path.text().contains(":"))) {
                path.bad("must be a path without a colon");
            } else if (path.exists() && !paths.add(path.text())) {
                path.bad("must be there once");
            }
            if (mount.text("subPath").contains("..")) {
                mount.at("subPath").bad("must not lead out of the volume");
            }
        }
    }

    private static void probe(Place probe) {
        if (!probe.exists()) {
            return;
        }
        var handlers = HANDLERS.stream().filter(probe::has).count();
        if (handlers == 0) {
            probe.missing("httpGet", "one of httpGet, tcpSocket, exec and grpc");
        } else if (handlers > 1) {
            probe.forbid("more than one of httpGet, tcpSocket, exec and grpc", "keep one of them");
        }
        probe.notNegative("initialDelaySeconds");
        for (var field :
                List.of(
                        "timeoutSeconds",
                        "periodSeconds",
                        "successThreshold",
                        "failureThreshold")) {
            probe.notNegative(field);
        }
        for (var handler : List.of("httpGet", "tcpSocket", "grpc")) {
            var place = probe.at(handler);
            place.port("port");
            var port = place.at("port");
            if (port.node().isString()) {
                complain(port, Names.portName(port.text(), 15));
            }
        }
        if (probe.has("exec") && probe.at("exec").size("command") == 0) {
            probe.at("exec").missing("command", "the command that tells");
        }
    }
}
