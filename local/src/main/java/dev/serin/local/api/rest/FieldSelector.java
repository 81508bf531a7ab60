package dev.serin.local.api.rest;

import dev.serin.config.Resource;
import dev.serin.config.ResourceKind;
import dev.serin.local.api.Refusal;
import dev.serin.local.api.kind.ServedKind;

import tools.jackson.databind.JsonNode;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Which fields a resource must have; only some fields of some kinds can be asked for.
record FieldSelector(List<Requirement> requirements) {
    static final FieldSelector ALL = new FieldSelector(List.of());

    private static final Set<String> EVERY = Set.of("metadata.name", "metadata.namespace");

    private static final Map<String, Set<String>> SOME =
            Map.of(
                    "pods",
                    Set.of(
                            "spec.nodeName",
                            "spec.restartPolicy",
                            "spec.schedulerName",
                            "spec.serviceAccountName",
                            "spec.hostNetwork",
                            "status.phase",
                            "status.podIP",
                            "status.nominatedNodeName"),
                    "events",
                    Set.of(
                            "involvedObject.kind",
                            "involvedObject.namespace",
                            "involvedObject.name",
                            "involvedObject.uid",
                            "involvedObject.apiVersion",
                            "involvedObject.resourceVersion",
                            "involvedObject.fieldPath",
                            "reason",
                            "reportingComponent",
                            "source",
                            "type"),
                    "namespaces",
                    Set.of("status.phase"),
                    "nodes",
                    Set.of("spec.unschedulable"),
                    "secrets",
                    Set.of("type"),
                    "replicasets.apps",
                    Set.of("status.replicas"));

    /// @param equal false for `!=`
    record Requirement(String field, boolean equal, String value) {}

    /// Whether it is one of Kubernetes' own that has no field of its own to be asked for.
    private static boolean isPlain(ResourceKind kind) {
        var own = kind.group().indexOf('.') < 0 || kind.group().endsWith(".k8s.io");
        return own && !SOME.containsKey(kind.family());
    }

    /// Reads `metadata.name=x,status.phase!=Running`.
    ///
    /// @throws Refusal 400 for a field that can't be asked for
    static FieldSelector parse(String text, ServedKind served) {
        var kind = served.kind();
        if (text.isBlank()) {
            return ALL;
        }
        var all = new ArrayList<Requirement>();
        for (var part : text.split(",")) {
            var not = part.indexOf("!=");
            var at = not >= 0 ? not : part.indexOf('=');
            if (at < 0) {
                throw Refusal.badRequest(
                        "invalid selector: '" + text + "'; can't understand '" + part + "'");
            }
            var field = part.substring(0, at).strip();
            var value = part.substring(part.indexOf('=') + 1).replaceFirst("^=", "").strip();
            if (!EVERY.contains(field) && !own(served).contains(field)) {
                throw Refusal.badRequest(
                        isPlain(kind)
                                ? '"'
                                        + field
                                        + "\" is not a known field selector: only"
                                        + " \"metadata.name\", \"metadata.namespace\""
                                : "field label not supported: " + field);
            }
            all.add(new Requirement(field, not < 0, value));
        }
        return new FieldSelector(List.copyOf(all));
    }

    private static Collection<String> own(ServedKind served) {
        return served.custom() != null
                ? served.custom().selectable()
                : SOME.getOrDefault(served.kind().family(), Set.of());
    }

    boolean matches(Resource resource) {
        for (var requirement : requirements) {
            JsonNode node = resource.body();
            for (var part : requirement.field.split("\\.")) {
                node = node.path(part);
            }
            if (node.isObject()) {
                node = node.path("component");
            }
            if (node.asString(node.isBoolean() || node.isNumber() ? node.toString() : "")
                            .equals(requirement.value)
                    != requirement.equal) {
                return false;
            }
        }
        return true;
    }
}
