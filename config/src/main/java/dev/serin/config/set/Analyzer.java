package dev.serin.config.set;

import dev.serin.base.Problem;
import dev.serin.base.text.Nearest;
import dev.serin.config.Resource;
import dev.serin.config.codec.Manifest;
import dev.serin.config.fields.FieldState;
import dev.serin.config.fields.FieldStates;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.JsonNode;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/// Finds what is allowed and probably not meant in a set of manifests that has no errors. Each rule
/// is one method; a new one is a line in [#findings].
public final class Analyzer {
    private static final Set<String> TEMPLATES = Set.of("Deployment", "ReplicaSet");
    private static final Set<String> NAMESPACES =
            Set.of("default", "kube-system", "kube-public", "kube-node-lease", "istio-system");

    private final List<Manifest> manifests;
    private final List<Finding> findings = new ArrayList<>();

    private Analyzer(List<Manifest> manifests) {
        this.manifests = manifests;
    }

    /// @param manifests in their current form (see [dev.serin.config.codec.CurrentForm])
    public static List<Finding> findings(List<Manifest> manifests) {
        var analyzer = new Analyzer(manifests);
        for (var manifest : manifests) {
            analyzer.namespace(manifest);
            analyzer.withoutEffect(manifest);
            switch (manifest.resource().kind().kind()) {
                case "Service" -> analyzer.serviceWithoutPods(manifest);
                case "DestinationRule" -> {
                    analyzer.unknownHost(manifest);
                    analyzer.emptySubsets(manifest);
                }
                case "VirtualService" -> {
                    analyzer.unknownDestinations(manifest);
                    analyzer.unknownGateways(manifest);
                    analyzer.unreachedRules(manifest);
                    analyzer.notForGateways(manifest);
                    analyzer.notForMesh(manifest);
                    analyzer.sameHost(manifest);
                }
                default -> {}
            }
        }
        return List.copyOf(analyzer.findings);
    }

    private void add(String code, Problem problem) {
        findings.add(new Finding(code, problem));
    }

    private void namespace(Manifest manifest) {
        var namespace = manifest.resource().namespace();
        if (namespace.isEmpty() || NAMESPACES.contains(namespace)) {
            return;
        }
        var there =
                manifests.stream()
                        .map(Manifest::resource)
                        .anyMatch(r ->
                                r.kind().kind().equals("Namespace") && r.name().equals(namespace));
        if (!there) {
            add(
                    "namespace-not-in-set",
                    manifest.problem(
                            "metadata.namespace",
                            "namespace " + namespace + " is in none of these files",
                            null,
                            "add a Namespace, unless it is there already"));
        }
    }

    private void withoutEffect(Manifest manifest) {
        for (var found : FieldStates.istio().found(manifest.resource())) {
            if (found.state() instanceof FieldState.WithoutEffect without) {
                add(
                        "field-without-effect",
                        manifest.problem(
                                found.path(),
                                "has no effect: " + without.why(),
                                null,
                                "take it out, unless it is meant for another mesh"));
            }
        }
    }

    private void serviceWithoutPods(Manifest manifest) {
        var service = manifest.resource();
        var selector = service.spec().path("selector");
        if (selector.size() > 0 && pods(service, Map.of()).isEmpty()) {
            add(
                    "service-selects-no-pod",
                    manifest.problem(
                            "spec.selector",
                            "no pod of these files has the labels " + text(selector),
                            null,
                            "make it the labels of a Deployment's template"));
        }
    }

    private void emptySubsets(Manifest manifest) {
        var rule = manifest.resource();
        var host = rule.spec().path("host").asString("");
        var service = service(Hosts.full(host, rule.namespace()));
        if (service == null || service.spec().path("selector").isEmpty()) {
            return;
        }
        var subsets = rule.spec().path("subsets");
        for (var i = 0; i < subsets.size(); i++) {
            var labels = strings(subsets.path(i).path("labels"));
            if (!labels.isEmpty() && pods(service, labels).isEmpty()) {
                add(
                        "subset-selects-no-pod",
                        manifest.problem(
                                "spec.subsets[" + i + "].labels",
                                "subset "
                                        + subsets.path(i).path("name").asString("")
                                        + " has no pod: no pod of "
                                        + host
                                        + " in these files has "
                                        + text(subsets.path(i).path("labels")),
                                null,
                                labelled(service, labels)));
            }
        }
    }

    private String labelled(Resource service, Map<String, String> labels) {
        var key = labels.keySet().iterator().next();
        var values = new TreeSet<String>();
        pods(service, Map.of())
                .forEach(p ->
                        values.addAll(
                                p.containsKey(key)
                                        ? Set.of(String.valueOf(p.get(key)))
                                        : Set.of()));
        return values.isEmpty()
                ? "give the template of its Deployment the label " + key
                : "the pods have " + key + " " + String.join(", ", values);
    }

    private void unknownHost(Manifest manifest) {
        var rule = manifest.resource();
        host(
                manifest,
                "spec.host",
                Hosts.full(rule.spec().path("host").asString(""), rule.namespace()));
    }

    private void unknownDestinations(Manifest manifest) {
        for (var reference : References.of(manifest.resource())) {
            host(manifest, reference.path() + ".host", reference.host());
        }
    }

    private void host(Manifest manifest, String path, String full) {
        if (full.contains("*") || service(full) != null || isEntry(full)) {
            return;
        }
        var names = services().stream().map(s -> Hosts.service(s.name(), s.namespace())).toList();
        var withSuffix = full.endsWith(Hosts.SUFFIX) ? null : full + Hosts.SUFFIX;
        var nearest =
                withSuffix != null && names.contains(withSuffix)
                        ? withSuffix
                        : Nearest.to(full, names);
        add(
                "host-without-service",
                manifest.problem(
                        path,
                        "no Service of these files is " + full,
                        null,
                        nearest == null
                                ? "add the Service, unless it is there already"
                                : "did you mean " + nearest + "?"));
    }

    /// Whether a ServiceEntry of the set adds the host.
    private boolean isEntry(String full) {
        for (var manifest : manifests) {
            var resource = manifest.resource();
            if (resource.kind().kind().equals("ServiceEntry")) {
                for (var host : resource.spec().path("hosts")) {
                    if (Hosts.covers(full(host, resource), full)) {
                        return true;
                    }
                }
            }
        }
        return false;
    }

    private void unknownGateways(Manifest manifest) {
        var resource = manifest.resource();
        var gateways = resource.spec().path("gateways");
        for (var i = 0; i < gateways.size(); i++) {
            var written = gateways.path(i).asString("");
            var slash = written.indexOf('/');
            var namespace = slash < 0 ? resource.namespace() : written.substring(0, slash);
            var name = written.substring(slash + 1);
            var all =
                    manifests.stream()
                            .map(Manifest::resource)
                            .filter(r -> r.kind().kind().equals("Gateway"))
                            .toList();
            var there =
                    all.stream()
                            .anyMatch(
                                    g -> g.name().equals(name) && g.namespace().equals(namespace));
            if (!written.equals("mesh") && !there) {
                var near = Nearest.to(name, all.stream().map(Resource::name).toList());
                add(
                        "gateway-not-in-set",
                        manifest.problem(
                                "spec.gateways[" + i + "]",
                                "no Gateway of these files is " + namespace + "/" + name,
                                null,
                                near == null
                                        ? "add the Gateway, unless it is there already"
                                        : "did you mean " + near + "?"));
            }
        }
    }

    private void unreachedRules(Manifest manifest) {
        var rules = manifest.resource().spec().path("http");
        for (var i = 0; i + 1 < rules.size(); i++) {
            if (rules.path(i).path("match").isEmpty()) {
                add(
                        "rule-never-reached",
                        manifest.problem(
                                "spec.http[" + (i + 1) + "]",
                                "never reached: spec.http[" + i + "] has no match and takes all",
                                null,
                                "put the rule without a match last"));
                return;
            }
        }
    }

    /// Without `gateways` the rules hold for callers in the mesh only, which surprises who calls a
    /// LoadBalancer from outside.
    private void notForGateways(Manifest manifest) {
        var resource = manifest.resource();
        if (resource.spec().path("gateways").size() > 0) {
            return;
        }
        for (var host : resource.spec().path("hosts")) {
            var service = service(Hosts.full(host.asString(""), resource.namespace()));
            if (service != null
                    && service.spec().path("type").asString("").equals("LoadBalancer")) {
                add(
                        "only-in-mesh",
                        manifest.problem(
                                "spec",
                                "the rules hold for callers in the mesh only: who calls Service "
                                        + service.name()
                                        + " from outside gets its pods without them",
                                null,
                                "add gateways with a Gateway of yours and mesh"));
                return;
            }
        }
    }

    private void notForMesh(Manifest manifest) {
        var resource = manifest.resource();
        var gateways = resource.spec().path("gateways");
        var mesh = gateways.isEmpty();
        for (var gateway : gateways) {
            mesh |= gateway.asString("").equals("mesh");
        }
        for (var host : resource.spec().path("hosts")) {
            if (!mesh && service(Hosts.full(host.asString(""), resource.namespace())) != null) {
                add(
                        "only-through-gateway",
                        manifest.problem(
                                "spec.gateways",
                                "the rules hold at the gateway only: pods that call "
                                        + host.asString("")
                                        + " do not follow them",
                                null,
                                "add mesh to gateways"));
                return;
            }
        }
    }

    private void sameHost(Manifest manifest) {
        var resource = manifest.resource();
        for (var other : manifests) {
            if (other.equals(manifest)) {
                return;
            }
            if (!References.isVirtualService(other.resource())) {
                continue;
            }
            for (var host : resource.spec().path("hosts")) {
                if (bound(other.resource()).contains(full(host, resource))
                        && gateways(other.resource()).stream()
                                .anyMatch(gateways(resource)::contains)) {
                    add(
                            "same-host-twice",
                            manifest.problem(
                                    "spec.hosts",
                                    "host "
                                            + host.asString("")
                                            + " is also in VirtualService "
                                            + other.resource().name()
                                            + " ("
                                            + other.place("spec.hosts")
                                            + "): in the mesh the older one holds alone",
                                    null,
                                    "put the rules into one VirtualService"));
                    return;
                }
            }
        }
    }

    private static Set<String> bound(Resource virtualService) {
        var hosts = new TreeSet<String>();
        virtualService.spec().path("hosts").forEach(h -> hosts.add(full(h, virtualService)));
        return hosts;
    }

    private static String full(JsonNode host, Resource owner) {
        return Hosts.full(host.asString(""), owner.namespace());
    }

    private static Set<String> gateways(Resource virtualService) {
        var names = new TreeSet<String>();
        virtualService.spec().path("gateways").forEach(g -> names.add(g.asString("")));
        return names.isEmpty() ? Set.of("mesh") : names;
    }

    private List<Resource> services() {
        return manifests.stream()
                .map(Manifest::resource)
                .filter(r -> r.kind().family().equals("services"))
                .toList();
    }

    private @Nullable Resource service(String full) {
        return services().stream()
                .filter(s -> Hosts.service(s.name(), s.namespace()).equals(full))
                .findFirst()
                .orElse(null);
    }

    /// The labels of the set's pods and templates that a service selects and that have `labels`.
    private List<Map<String, String>> pods(Resource service, Map<String, String> labels) {
        var selector = strings(service.spec().path("selector"));
        var found = new ArrayList<Map<String, String>>();
        for (var manifest : manifests) {
            var resource = manifest.resource();
            var kind = resource.kind().kind();
            if (!resource.namespace().equals(service.namespace())) {
                continue;
            }
            var pod =
                    kind.equals("Pod")
                            ? resource.labels()
                            : TEMPLATES.contains(kind)
                                    ? strings(
                                            resource.spec()
                                                    .path("template")
                                                    .path("metadata")
                                                    .path("labels"))
                                    : Map.<String, String>of();
            if (!pod.isEmpty()
                    && pod.entrySet().containsAll(selector.entrySet())
                    && pod.entrySet().containsAll(labels.entrySet())) {
                found.add(pod);
            }
        }
        return found;
    }

    private static Map<String, String> strings(JsonNode node) {
        var map = new TreeMap<String, String>();
        node.properties().forEach(p -> map.put(p.getKey(), p.getValue().asString("")));
        return map;
    }

    private static String text(JsonNode labels) {
        return String.join(
                ", ",
                strings(labels).entrySet().stream()
                        .map(e -> e.getKey() + ": " + e.getValue())
                        .toList());
    }
}
