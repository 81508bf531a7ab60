package dev.serin.local.api.rest;

import dev.serin.config.Resource;
import dev.serin.local.api.kind.Catalogue;
import dev.serin.local.api.kind.ServedKind;

import tools.jackson.databind.node.JsonNodeFactory;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.UUID;
import java.util.function.Supplier;

/// `apiregistration.k8s.io`: every group in each version, all served by the API itself. Nothing
/// else can be registered.
final class ApiServices implements Computed.Source {
    private static final int FIRST = 18_000;
    private static final int DEFINED = 1_000;
    private static final int VERSION = 15;
    private static final int DEFINED_VERSION = 100;

    private final Supplier<Catalogue> catalogue;
    private final String since;

    ApiServices(Supplier<Catalogue> catalogue, Instant now) {
        this.catalogue = catalogue;
        this.since = now.truncatedTo(ChronoUnit.SECONDS).toString();
    }

    /// A group in one version.
    private record Version(String group, String version, boolean defined) {}

    @Override
    public List<Resource> all(ServedKind served, String namespace) {
        var versions = new LinkedHashSet<Version>();
        for (var each : catalogue.get().all()) {
            var kind = each.kind();
            versions.add(new Version(kind.group(), kind.version(), each.custom() != null));
        }
        var all = new ArrayList<Resource>();
        var groups = new HashMap<String, Integer>();
        var places = new HashMap<String, Integer>();
        for (var version : versions) {
            groups.putIfAbsent(version.group, FIRST - 10 * groups.size());
            var place = places.merge(version.group, 1, Integer::sum);
            var priority = version.defined ? DEFINED : groups.get(version.group);
            var first = version.defined ? DEFINED_VERSION : VERSION;
            all.add(resource(served, version, priority, first - place + 1));
        }
        all.sort(Comparator.comparing(Resource::name));
        return all;
    }

    private Resource resource(ServedKind served, Version of, int group, int version) {
        var kind = served.kind();
        var name = of.version + "." + of.group;
        var body = JsonNodeFactory.instance.objectNode();
        body.put("kind", kind.kind()).put("apiVersion", kind.apiVersion());
        var metadata = body.putObject("metadata").put("name", name);
        metadata.put("uid", UUID.nameUUIDFromBytes(name.getBytes(StandardCharsets.UTF_8)) + "");
        metadata.put("resourceVersion", "1").put("creationTimestamp", since);
        metadata.putObject("labels")
                .put("kube-aggregator.kubernetes.io/automanaged", of.defined ? "true" : "onstart");
        var spec = body.putObject("spec");
        if (!of.group.isEmpty()) {
            spec.put("group", of.group);
        }
        spec.put("version", of.version).put("groupPriorityMinimum", group);
        spec.put("versionPriority", version);
        body.putObject("status")
                .putArray("conditions")
                .addObject()
                .put("type", "Available")
                .put("status", "True")
                .put("lastTransitionTime", since)
                .put("reason", "Local")
                .put("message", "Local APIServices are always available");
        return new Resource(kind, body);
    }
}
